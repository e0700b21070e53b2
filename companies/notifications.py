"""Messages of companies: one function an event; to whom, and by which template."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from companies import notices, outbox
from companies.enums import MailProblem, RequestOutcome
from companies.models import (
    BlockedAddress,
    Company,
    CompanyOwned,
    Delegation,
    Employee,
    Internship,
    InternshipEvent,
    JoinRequest,
    RecordsRequest,
    ReportExport,
    SlackWorkspace,
    SupportGrant,
    User,
)
from companies.selectors import company_zone


def _send(
    row: CompanyOwned, template: str, *, to: User | None, path: str, nth: str = "", **values: Any
) -> None:
    """Write a mail about the row, once; who has no address or may not sign in gets none.

    A value that is a function makes its words in the reader's language. What happens to a row
    several times says by `nth` which time it is.
    """
    if to is None or not to.email or not to.is_active:
        return
    with translation.override(to.locale or None):
        words = {key: value() if callable(value) else value for key, value in values.items()}
    outbox.enqueue(
        company=row.company,
        dedupe_key=":".join(filter(None, (template, str(row.public_id), str(to.public_id), nth))),
        to=to.email,
        template=template,
        values={
            # One's own file finds the mails to a person by this.
            "user": str(to.public_id),
            "name": to.name,
            "company": row.company.name,
            "link": f"{settings.PUBLIC_URL}{path}",
            **words,
        },
        locale=to.locale,
    )


def _day_of(moment: dt.datetime, company: Company) -> str:
    """Return the day on which a moment falls by the company's clocks."""
    return _day(moment.astimezone(company_zone(company, moment)).date())


def _day(date: dt.date) -> str:
    return date_format(date, "D, j F Y")


def delegation_made(row: Delegation) -> None:
    """Tell who stands in for whom, and until when."""
    _tell_delegate(row, "companies/email/delegation_made")


def delegation_ended(row: Delegation) -> None:
    """Tell who stood in that it is over before its last day."""
    _tell_delegate(row, "companies/email/delegation_ended")


def team_handed_over(
    giver: Employee, successor: Employee, people: Iterable[int], first: dt.date
) -> None:
    """Tell who takes over whom, and from when."""
    names = Employee.objects.filter(pk__in=list(people)).order_by("name", "code")
    _send(
        giver, "companies/email/team_handed_over", to=successor.user, nth=first.isoformat(),
        path=reverse("attendance:team"), giver=giver.name, first=lambda: _day(first),
        people=", ".join(names.values_list("name", flat=True)),
    )  # fmt: skip


def _tell_delegate(row: Delegation, template: str) -> None:
    _send(
        row,
        template,
        to=row.delegate.user,
        path=reverse("attendance:team"),
        giver=row.giver.name,
        first=lambda: _day(row.starts_on),
        last=lambda: _day(row.ends_on),
        reason=row.reason,
    )


def support_asked(row: SupportGrant, people: Iterable[User]) -> None:
    """Tell HR that an operator asks to be let in."""
    for user in people:
        _send(
            row,
            "companies/email/support_asked",
            to=user,
            path=reverse("admin:companies_supportgrant_change", args=[row.public_id]),
            operator=row.operator.name,
            minutes=row.minutes,
            reason=row.reason,
        )


def pool_newcomer(company: Company, address: str, people: Iterable[User]) -> None:
    """Tell HR, once for an address, that somebody of their domain signed in and is nobody here."""
    key = hashlib.sha256(address.lower().encode()).hexdigest()[:32]
    for user in people:
        if not user.email or not user.is_active:
            continue
        outbox.enqueue(
            company=company,
            dedupe_key=f"pool_newcomer:{company.public_id}:{key}:{user.public_id}",
            to=user.email,
            template="companies/email/pool_newcomer",
            values={
                "user": str(user.public_id),
                "name": user.name,
                "company": company.name,
                "address": address,
                "link": f"{settings.PUBLIC_URL}{reverse('admin:companies_employee_changelist')}",
            },
            locale=user.locale,
        )


def support_decided(row: SupportGrant) -> None:
    """Tell the operator whether the company lets them in."""
    _send(
        row,
        "companies/email/support_decided",
        to=row.operator,
        path=reverse("operator:companies_supportgrant_change", args=[row.public_id]),
        is_approved=row.outcome == RequestOutcome.APPROVED,
        minutes=row.minutes,
    )


def records_asked(row: RecordsRequest, people: Iterable[User]) -> None:
    """Tell HR that somebody who has left asks for their records."""
    for user in people:
        _send(
            row,
            "companies/email/records_asked",
            to=user,
            path=reverse("admin:companies_recordsrequest_change", args=[row.public_id]),
            person=row.user.name,
            note=row.note,
        )


def records_decided(row: RecordsRequest) -> None:
    """Tell who asked whether they may take their records, until when, or why not."""
    until = row.available_until
    _send(
        row,
        "companies/email/records_decided",
        to=row.user,
        path=reverse("portal:former"),
        is_approved=row.outcome == RequestOutcome.APPROVED,
        until=lambda: _day_of(until, row.company) if until else "",
        reason=row.reason,
    )


def report_ready(row: ReportExport) -> None:
    """Tell who asked for a long report, or to whom it is sent, that its file is there."""
    until = row.expires_at
    _send(
        row,
        "companies/email/report_ready",
        to=row.user,
        path=reverse("portal:export", args=[row.public_id]),
        file=row.file_name,
        schedule=row.schedule,
        until=lambda: _day_of(until, row.company) if until else "",
    )


def address_blocked(row: Employee, block: BlockedAddress, people: Iterable[User]) -> None:
    """Tell HR that mail to one of its people does not arrive; not the person, by that address."""
    for user in people:
        if (user.email or "").lower() == block.address:
            continue
        _send(
            row,
            "companies/email/address_blocked",
            to=user,
            path=reverse("admin:companies_employee_change", args=[row.public_id]),
            nth=f"{block.blocked_at:%Y%m%d%H%M%S}",
            person=row.name,
            address=block.address,
            is_complaint=block.problem == MailProblem.COMPLAINED,
            detail=block.detail,
        )


def slack_lost(row: SlackWorkspace, people: Iterable[User]) -> None:
    """Tell HR that Slack lets Muster in no more, so that they connect it anew."""
    for user in people:
        _send(
            row,
            "companies/email/slack_lost",
            to=user,
            path=reverse("portal:slack"),
            nth=f"{row.connected_at:%Y%m%d%H%M%S}",
            team=row.team_name,
            why=row.get_ended_why_display,
        )


def join_told(row: JoinRequest, event: str, *, nth: str = "") -> None:
    """Tell who asks to join to confirm, what is asked back, or why not; by their private link."""
    outbox.enqueue(
        company=None,
        dedupe_key=":".join(filter(None, (f"join_{event}", str(row.public_id), nth))),
        to=row.email,
        template=f"companies/email/join_{event}",
        values={"join": str(row.public_id)},
        locale=row.locale,
        is_awaited=True,
    )


def join_waits(row: JoinRequest, people: Iterable[User]) -> None:
    """Tell the operators that a company waits for their decision, anew after each answer."""
    path = reverse("operator:companies_joinrequest_change", args=[row.public_id])
    for user in people:
        if not user.email or not user.is_active:
            continue
        outbox.enqueue(
            company=None,
            dedupe_key=f"join_waits:{row.public_id}:{user.public_id}:{len(row.exchange)}",
            to=user.email,
            template="companies/email/join_waits",
            values={
                "user": str(user.public_id),
                "name": user.name,
                "company": row.company_name,
                "is_answer": bool(row.exchange),
                "link": f"{settings.PUBLIC_URL}{path}",
            },
            locale=user.locale,
        )


def internship_ends(
    row: Any, *, mentor: User | None, people: Iterable[User], ends_on: dt.date, nth: str
) -> None:
    """Tell the mentor and HR that an internship ends; once an end and a number of days before."""
    change = reverse("admin:companies_internship_change", args=[row.public_id])
    paths = [(mentor, reverse("attendance:team-interns")), *((user, change) for user in people)]
    for user, path in paths:
        _send(
            row,
            "companies/email/internship_ends",
            to=user,
            path=path,
            nth=f"{ends_on}:{nth}",
            person=row.employee.name,
            mentor=row.mentor_name,
            ends=lambda: _day(ends_on),
            foot=notices.foot,
        )


def internship_handed_over(
    row: Internship, event: InternshipEvent, *, before: User | None, ends_on: dt.date
) -> None:
    """Tell the new mentor of an internship, and who was it before."""
    mentor: Any = event.mentor
    begins, over = "companies/email/mentor_begins", "companies/email/mentor_over"
    for user, template in ((mentor.user, begins), (before, over)):
        _send(
            event, template, to=user, path=reverse("attendance:team-interns"),
            person=row.employee.name, mentor=mentor.name, reason=event.words,
            ends=lambda: _day(ends_on),
        )  # fmt: skip
