"""The app of attendance: punches in, judged days out."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttendanceConfig(AppConfig):
    name = "attendance"
    verbose_name = _("Attendance")

    def ready(self) -> None:
        from attendance import checks  # noqa: F401, PLC0415  # apps: models must be loaded
