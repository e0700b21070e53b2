"""System checks of companies."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from companies import integrity


@register(Tags.database)
def triggers_stand(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **_kwargs: object,
) -> list[CheckMessage]:
    """Warn where the database lost what keeps companies apart and records unchanged.

    A warning, not an error: `migrate` asks too, and it is what puts the triggers back.
    """
    found: list[CheckMessage] = []
    for alias in databases or ():
        missing = integrity.missing(connections[alias])
        if missing:
            found.append(
                Warning(
                    f"{len(missing)} of Muster's triggers are missing in the database '{alias}'.",
                    hint="Run `manage.py migrate`: it puts them back.",
                    id="companies.W001",
                )
            )
    return found
