"""Addresses of attendance. `POST /punch` and `/punch/<id>/verify` stand in `attendance.door`."""

import datetime as dt

from django.urls import path, register_converter

from attendance import views


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
    path("day/<date:date>/", views.day, name="day"),
    path("photos/<uuid:public_id>", views.photo, name="photo"),
    path("face/consent/", views.consent, name="consent"),
    path("face/enrol/", views.enrol, name="enrol"),
    path("face/frame", views.face_frame, name="face-frame"),
    path("face/finish", views.face_finish, name="face-finish"),
]
