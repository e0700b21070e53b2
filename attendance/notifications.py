"""Messages of attendance: one function an event; to whom, and by which template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from attendance.enums import CorrectionOutcome
from attendance.models import CorrectionDecision, CorrectionRequest
from attendance.rules import zones
from companies import outbox
from companies.models import Employee, User
from companies.selectors import managers_of


def correction_asked(request: CorrectionRequest) -> None:
    """Tell whoever decides that somebody says when they left."""
    _send(
        request,
        template="attendance/email/correction_asked",
        people=managers_of(request.employee, on=request.created_at.date()),
        path=reverse("attendance:team"),
    )


def correction_decided(decision: CorrectionDecision) -> None:
    """Tell the person how their request ended, and why."""
    request = decision.request
    user = request.employee.user
    _send(
        request,
        template="attendance/email/correction_decided",
        people=[user] if user else [],
        path=reverse("attendance:day", args=[request.date]),
        by=decision.decided_by_name,
        reason=decision.reason,
        is_approved=decision.outcome == CorrectionOutcome.APPROVED,
    )


def _send(
    request: CorrectionRequest,
    *,
    template: str,
    people: Iterable[User],
    path: str,
    **values: Any,
) -> None:
    employee: Employee = request.employee
    for user in people:
        if not user.email:
            continue
        with translation.override(user.locale or None):
            words = {
                # One's own file finds the mails to a person by this.
                "user": str(user.public_id),
                "name": user.name,
                "person": employee.name,
                "company": employee.company.name,
                "date": _day(request.date),
                "time": f"{zones.local(request.out_at, request.zone):%H:%M}",
                "note": request.note,
                "link": f"{settings.PUBLIC_URL}{path}",
                **values,
            }
        outbox.enqueue(
            company=employee.company,
            dedupe_key=f"{template}:{request.public_id}:{user.public_id}",
            to=user.email,
            template=template,
            values=words,
            locale=user.locale,
        )


def _day(date: dt.date) -> str:
    return date_format(date, "l, j F")
