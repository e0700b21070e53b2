"""Writing audit events: in the transaction of what they tell, before and after side by side."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils import timezone

from companies.actor import Actor
from companies.models import AuditEvent, Company

Snapshot = dict[str, Any]


def _plain(value: Any) -> Any:
    """Return a JSON form of a field's value that a reader recognises."""
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, uuid.UUID | decimal.Decimal):
        return str(value)
    return value


def snapshot(row: models.Model) -> Snapshot:
    """Return the row's own columns as JSON values; related rows by their words."""
    values: Snapshot = {}
    for field in row._meta.concrete_fields:
        if field.primary_key or field.name in ("company", "public_id", "password"):
            continue
        if field.is_relation:
            related = getattr(row, field.name)
            values[field.name] = None if related is None else str(related)
        else:
            values[field.name] = _plain(getattr(row, field.attname))
    return values


def difference(before: Snapshot, after: Snapshot) -> dict[str, list[Any]]:
    """Return `{field: [before, after]}` for the fields whose value differs."""
    return {
        name: [before.get(name), after.get(name)]
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    }


def _event(
    *,
    by: Actor,
    verb: str,
    subject: models.Model,
    company: Company | None,
    reason: str,
    changes: dict[str, Any],
) -> AuditEvent:
    owner = company or getattr(subject, "company", None) or by.company
    if isinstance(subject, Company):
        owner = subject
    return AuditEvent(
        company=owner,
        occurred_at=timezone.now(),
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(getattr(subject, "public_id", subject.pk)),
        subject_label=str(subject)[:200],
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        on_behalf_of=by.on_behalf_of,
        channel=by.channel,
        request_id=by.request_id,
        reason=reason,
        changes=changes,
    )


def record(
    *,
    by: Actor,
    verb: str,
    subject: models.Model,
    company: Company | None = None,
    reason: str = "",
    changes: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one audit event; `company` defaults to the subject's, else the actor's."""
    event = _event(
        by=by, verb=verb, subject=subject, company=company, reason=reason, changes=changes or {}
    )
    event.save(force_insert=True)
    return event


def record_many(
    *, by: Actor, verb: str, reason: str, subjects: Iterable[tuple[models.Model, dict[str, Any]]]
) -> None:
    """Write one audit event for each subject with its changes, in one statement."""
    AuditEvent.objects.bulk_create(
        _event(by=by, verb=verb, subject=subject, company=None, reason=reason, changes=changes)
        for subject, changes in subjects
    )
