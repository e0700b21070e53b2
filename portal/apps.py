"""The front door."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from portal import sessions  # noqa: PLC0415  # models must be loaded

        user_logged_in.connect(sessions.signed_in, dispatch_uid="muster_signed_in")
