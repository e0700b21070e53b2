"""Messages of attendance: one function an event; to whom, and by which template."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from attendance import correction_words, receipts
from attendance.enums import (
    CorrectionOutcome,
    EnrolmentState,
    OvertimeOutcome,
)
from attendance.models import (
    CorrectionCancellation,
    CorrectionDecision,
    CorrectionRequest,
    ErasureReceipt,
    FaceEnrolment,
    OvertimeDecision,
)
from attendance.notices import (
    CORRECTION_ASKED,
    CORRECTION_DECIDED,
    OVERTIME_ASKED,
    OVERTIME_DECIDED,
)
from attendance.selectors.settings import company_settings
from companies import notices, outbox
from companies.models import Company, Employee, OutboxMessage, User
from companies.notices import Notice
from companies.selectors import managers_of, wanting


def correction_asked(request: CorrectionRequest) -> None:
    """Tell whoever decides that somebody says what is wrong with their days."""
    _send(
        request,
        notice=CORRECTION_ASKED,
        template="attendance/email/correction_asked",
        people=managers_of(request.employee, on=request.created_at.date()),
        path=reverse("portal:inbox"),
    )


def correction_decided(decision: CorrectionDecision) -> None:
    """Tell the person how their request ended, and why."""
    request = decision.request
    user = request.employee.user
    _send(
        request,
        notice=CORRECTION_DECIDED,
        template="attendance/email/correction_decided",
        people=[user] if user else [],
        path=reverse("attendance:day", args=[request.date]),
        by=decision.decided_by_name,
        reason=decision.reason,
        is_approved=decision.outcome == CorrectionOutcome.APPROVED,
    )


def correction_cancelled(cancellation: CorrectionCancellation) -> None:
    """Tell the person that an approved correction was taken back, and why."""
    request = cancellation.decision.request
    user = request.employee.user
    _send(
        request,
        notice=CORRECTION_DECIDED,
        template="attendance/email/correction_cancelled",
        people=[user] if user else [],
        path=reverse("attendance:day", args=[request.date]),
        by=cancellation.cancelled_by_name,
        reason=cancellation.reason,
    )


def overtime_asked(company: Company, user: User, names: list[str], *, on: dt.date) -> int:
    """Tell somebody whose extra minutes wait for them; return 1 if it was not told today yet."""
    if not user.email or not wanting([user], OVERTIME_ASKED.kind):
        return 0
    template = "attendance/email/overtime_asked"
    key = f"{template}:{company.public_id}:{user.public_id}:{on}"
    if OutboxMessage.objects.filter(dedupe_key=key).exists():
        return 0
    with translation.override(user.locale or None):
        foot = notices.foot()
    outbox.enqueue(
        company=company,
        dedupe_key=key,
        to=user.email,
        template=template,
        values={
            "user": str(user.public_id),
            "name": user.name,
            "company": company.name,
            "people": ", ".join(names),
            "link": f"{settings.PUBLIC_URL}{reverse('portal:inbox')}",
            "foot": foot,
        },
        locale=user.locale,
    )
    return 1


def overtime_decided(decision: OvertimeDecision) -> None:
    """Tell the person what counts of their extra and missing minutes of a date, and why."""
    employee: Employee = decision.employee
    user = employee.user
    if user is None or not user.email or not wanting([user], OVERTIME_DECIDED.kind):
        return
    template = "attendance/email/overtime_decided"
    with translation.override(user.locale or None):
        words = {
            "user": str(user.public_id),
            "name": user.name,
            "company": employee.company.name,
            "date": _day(decision.date),
            "by": decision.decided_by_name,
            "reason": decision.reason,
            "is_approved": decision.outcome == OvertimeOutcome.APPROVED,
            "is_set": decision.outcome == OvertimeOutcome.SET,
            "extra": decision.extra_minutes,
            "missing": decision.missing_minutes,
            "link": f"{settings.PUBLIC_URL}{reverse('attendance:day', args=[decision.date])}",
            "foot": notices.foot(),
        }
    outbox.enqueue(
        company=employee.company,
        dedupe_key=f"{template}:{decision.public_id}",
        to=user.email,
        template=template,
        values=words,
        locale=user.locale,
    )


def face_data_erased(receipt: ErasureReceipt) -> None:
    """Tell the person that their face data is gone, and what it was."""
    erasure = receipt.erasure
    user = erasure.employee.user
    if user is None or not user.email:
        return
    company = erasure.company
    with translation.override(user.locale or None):
        zone = company_settings(company).policy_on(erasure.asked_at.date()).zone
        words = {
            "user": str(user.public_id),
            "name": user.name,
            "company": company.name,
            "title": receipts.title(erasure, zone),
            "deleted": receipts.counts_words(erasure.counts),
            "finished": receipts.moment(receipt.finished_at, zone),
            "link": f"{settings.PUBLIC_URL}{reverse('attendance:erasures')}",
        }
    outbox.enqueue(
        company=company,
        dedupe_key=f"attendance/email/face_data_erased:{receipt.public_id}",
        to=user.email,
        template="attendance/email/face_data_erased",
        values=words,
        locale=user.locale,
    )


def new_reference_proposed(employee: Employee) -> None:
    """Tell the person, once for each set of reference pictures, that it no longer fits well."""
    enrolment = FaceEnrolment.objects.get(employee=employee, state=EnrolmentState.ACTIVE)
    user = employee.user
    if user is None or not user.email:
        return
    template = "attendance/email/new_reference"
    outbox.enqueue(
        company=employee.company,
        dedupe_key=f"{template}:{enrolment.public_id}",
        to=user.email,
        template=template,
        values={
            "user": str(user.public_id),
            "name": user.name,
            "company": employee.company.name,
            "link": f"{settings.PUBLIC_URL}{reverse('attendance:enrol')}",
        },
        locale=user.locale,
    )


def _send(
    request: CorrectionRequest,
    *,
    notice: Notice,
    template: str,
    people: Iterable[User],
    path: str,
    **values: Any,
) -> None:
    employee: Employee = request.employee
    for user in wanting([user for user in people if user.email], notice.kind):
        with translation.override(user.locale or None):
            words = {
                # One's own file finds the mails to a person by this.
                "user": str(user.public_id),
                "name": user.name,
                "person": employee.name,
                "company": employee.company.name,
                "date": _days(request),
                "what": correction_words.what(request),
                "note": request.note,
                "link": f"{settings.PUBLIC_URL}{path}",
                "foot": notices.foot(),
                **values,
            }
        outbox.enqueue(
            company=employee.company,
            dedupe_key=f"{template}:{request.public_id}:{user.public_id}",
            to=user.email or "",
            template=template,
            values=words,
            locale=user.locale,
        )


def _days(request: CorrectionRequest) -> str:
    first = _day(request.date)
    return first if request.last_on is None else f"{first} – {_day(request.last_on)}"


def _day(date: dt.date) -> str:
    return date_format(date, "l, j F")
