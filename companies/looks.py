"""Recording who looked at what is kept of another person: told before it is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils import timezone

from companies import permissions
from companies.actor import Actor
from companies.enums import LookKind
from companies.models import Employee, Look
from companies.selectors import givers_of

_WINDOW_SECONDS = 600


@dataclass(frozen=True)
class Seen:
    """One thing that is about to be shown: whose, what kind, which row, and of which date."""

    employee: Employee
    kind: LookKind
    target: models.Model
    about_on: dt.date | None = None


def look_record(
    *,
    by: Actor,
    employee: Employee,
    kind: LookKind,
    target: models.Model,
    about_on: dt.date | None = None,
) -> None:
    """Record that the actor looks at one thing of a person; at one's own is no look."""
    looks_record(by=by, seen=[Seen(employee, kind, target, about_on)])


def looks_record(*, by: Actor, seen: Iterable[Seen]) -> None:
    """Record all that is about to be shown, in one statement beside those that ask in whose stead.

    The same thing looked at again within the same ten minutes changes nothing, however many
    requests come at once: the table's constraint decides.
    """
    now = timezone.now()
    others = [item for item in seen if not permissions.is_own(by, item.employee)]
    if not others:
        return
    # Who looks because they stand in for somebody says for whom, as when they decide.
    givers = givers_of(by, {item.employee.pk for item in others}, on=now.date())
    rows = [_look(by, item, now, givers.get(item.employee.pk)) for item in others]
    Look.objects.bulk_create(rows, ignore_conflicts=True)


def _look(by: Actor, seen: Seen, now: dt.datetime, giver: str | None) -> Look:
    return Look(
        company_id=seen.employee.company_id,
        employee=seen.employee,
        kind=seen.kind,
        target_type=seen.target._meta.label_lower,
        target_id=str(getattr(seen.target, "public_id", seen.target.pk)),
        about_on=seen.about_on,
        viewer_kind=by.kind,
        viewer_id=by.id,
        viewer_name=by.name,
        viewer_roles=",".join(sorted(by.roles)),
        on_behalf_of=giver or by.on_behalf_of,
        channel=by.channel,
        request_id=by.request_id,
        looked_at=now,
        window=int(now.timestamp()) // _WINDOW_SECONDS,
    )
