"""The app of companies: who, where, and what belongs to a company as a whole."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CompaniesConfig(AppConfig):
    name = "companies"
    verbose_name = _("Company")

    def ready(self) -> None:
        from companies import checks, integrity  # noqa: F401, PLC0415  # apps: models must be loaded

        pre_migrate.connect(integrity.before_migrate, dispatch_uid="muster_integrity_before")
        post_migrate.connect(integrity.after_migrate, dispatch_uid="muster_integrity_after")
