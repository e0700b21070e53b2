"""Addresses of attendance. `POST /punch` and `/punch/<id>/verify` stand in `attendance.door`."""

import datetime as dt

from django.urls import path, register_converter

from attendance import attest_views, team_views, views


class DateConverter:
    """A date in an address: 2026-11-24."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date | str) -> str:
        return value if isinstance(value, str) else value.isoformat()


register_converter(DateConverter, "date")

app_name = "attendance"
urlpatterns = [
    path("", views.today, name="today"),
    path("punch/pass", views.punch_pass, name="punch-pass"),
    path("month/", views.month, name="month"),
    path("holidays/<uuid:public_id>/", views.holiday, name="holiday"),
    path("day/<date:date>/", views.day, name="day"),
    path("day/<date:date>/left", views.correction_file, name="correction-file"),
    path(
        "corrections/<uuid:public_id>/withdraw",
        views.correction_withdraw,
        name="correction-withdraw",
    ),
    path(
        "corrections/<uuid:public_id>/decide",
        team_views.correction_decide,
        name="correction-decide",
    ),
    path("team/", team_views.team_now, name="team"),
    path("team/attest/", attest_views.attest, name="attest"),
    path("team/month/", team_views.team_month, name="team-month"),
    path("team/<uuid:public_id>/month/", team_views.person_month, name="team-person"),
    path("team/<uuid:public_id>/day/<date:date>/", team_views.person_day, name="team-day"),
    path("photos/<uuid:public_id>", views.photo, name="photo"),
    path("face/consent/", views.consent, name="consent"),
    path("face/enrol/", views.enrol, name="enrol"),
    path("face/frame", views.face_frame, name="face-frame"),
    path("face/finish", views.face_finish, name="face-finish"),
]
