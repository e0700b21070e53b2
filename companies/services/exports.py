"""A report leaves the house as a file: who took which, narrowed how, about whom."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

from django.db import transaction

from companies import audit, throttle
from companies.actor import Actor
from companies.enums import LookKind
from companies.errors import NotAllowed, TooMany
from companies.looks import Seen, looks_record

if TYPE_CHECKING:
    from companies.reports import Asked, Report

EXPORTS_AN_HOUR = 120
# Taps this close together are one wish for the file.
_ONE_TAP_SECONDS = 10


@transaction.atomic
def report_export(*, report: Report, asked: Asked, file_format: str, by: Actor) -> None:
    """Note that the actor takes a report, before it is made; each person in it reads of it.

    A double tap notes it once. Whether the report exists for the actor, and about whom, was asked
    where it was found.

    Raises:
        NotAllowed: the report does not exist for the actor.
        TooMany
    """
    if by.user is None or by.company is None or not report.can_view(by):
        raise NotAllowed
    who = f"{by.company.public_id}:{by.user.public_id}"
    if not throttle.hit(f"export:{who}", limit=EXPORTS_AN_HOUR, seconds=3600, now=asked.now):
        raise TooMany
    values = asked.filters.plain()
    said = ";".join(f"{name}={value}" for name, value in values.items())
    # A throttle's key has no room for all of it.
    wish = f"{who}:{report.slug}:{file_format}:{said}"
    tap = f"export-tap:{hashlib.sha256(wish.encode()).hexdigest()}"
    if not throttle.hit(tap, limit=1, seconds=_ONE_TAP_SECONDS, now=asked.now):
        return
    told = {"report": report.slug, "format": file_format, **values, "people": len(asked.keys)}
    audit.record(
        by=by, verb="report_exported", subject=by.company, company=by.company,
        changes={name: [None, value] for name, value in told.items()},
    )  # fmt: skip
    if report.is_about_people:
        _look(asked, by, asked.filters.first)


def _look(asked: Asked, by: Actor, on: dt.date) -> None:
    """Tell each person of the report; some hundred at a time, so that memory does not grow."""
    for chunk in asked.chunks():
        people = (placed.employee for placed in chunk)
        looks_record(by=by, seen=[Seen(each, LookKind.REPORT, each, on) for each in people])
