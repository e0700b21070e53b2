"""Addresses of attendance. `POST /punch` and what follows it stand in `attendance.door`."""

import datetime as dt

from django.urls import path, register_converter

from attendance import (
    attest_views,
    picture_views,
    pin_views,
    team_views,
    upload_views,
    views,
)
from companies.routes import on_demand


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
    path("pin/<uuid:public_id>/", pin_views.pin, name="pin"),
    path("month/", views.month, name="month"),
    path("holidays/<uuid:public_id>/", views.holiday, name="holiday"),
    path("day/<date:date>/", views.day, name="day"),
    path("day/<date:date>/left", views.correction_file, name="correction-file"),
    path(
        "day/<date:date>/wrong/",
        on_demand("attendance.correction_views.ask"),
        name="correction-ask",
    ),
    path("corrections/", on_demand("attendance.correction_views.own"), name="corrections"),
    path(
        "team/corrections/<uuid:public_id>/cancel",
        on_demand("attendance.correction_views.cancel"),
        name="correction-cancel",
    ),
    path(
        "corrections/<uuid:public_id>/file",
        on_demand("attendance.correction_views.attachment"),
        name="correction-attachment",
    ),
    path(
        "corrections/<uuid:public_id>/withdraw",
        views.correction_withdraw,
        name="correction-withdraw",
    ),
    path("team/", team_views.team_now, name="team"),
    path("team/attest/", attest_views.attest, name="attest"),
    path("team/month/", team_views.team_month, name="team-month"),
    path(
        "team/interns/",
        on_demand("attendance.internship_views.team_interns"),
        name="team-interns",
    ),
    path("internship/", on_demand("attendance.internship_views.own"), name="internship"),
    path(
        "certificates/<uuid:public_id>/file",
        on_demand("attendance.internship_views.certificate_file"),
        name="certificate-file",
    ),
    path("team/<uuid:public_id>/month/", team_views.person_month, name="team-person"),
    path("team/<uuid:public_id>/day/<date:date>/", team_views.person_day, name="team-day"),
    path(
        "team/<uuid:public_id>/day/<date:date>/overtime",
        on_demand("attendance.overtime_views.decide"),
        name="overtime-decide",
    ),
    path("photos/<uuid:public_id>", picture_views.photo, name="photo"),
    path("references/<uuid:public_id>", picture_views.reference, name="reference"),
    path("face/consent/", views.consent, name="consent"),
    path("face/deleted/", views.erasures, name="erasures"),
    path("face/enrol/", views.enrol, name="enrol"),
    path("face/frame", views.face_frame, name="face-frame"),
    path("face/uploads", upload_views.ask, name="face-upload-ask"),
    path("face/uploads/<uuid:public_id>", upload_views.upload, name="face-upload"),
    path("face/finish", views.face_finish, name="face-finish"),
]
