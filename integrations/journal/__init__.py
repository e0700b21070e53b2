"""The punch journal, where there is one: DynamoDB, by the setting `MUSTER_JOURNAL_TABLE`.

Punches are written there before the database, so that they stand while that is away. Without the
setting the database is the only writer, and nothing here is called.
"""

from __future__ import annotations

from django.conf import settings

from integrations.journal.protocol import Journal

__all__ = ["is_on", "journal"]


def is_on() -> bool:
    """Return whether there is a journal."""
    return bool(settings.MUSTER_JOURNAL_TABLE)


def journal() -> Journal | None:
    """Return the journal of this process, or None where there is none."""
    if not is_on():
        return None
    from integrations.journal import dynamo  # noqa: PLC0415  # lazy: pynamodb

    return dynamo.Dynamo(settings.MUSTER_JOURNAL_TABLE)
