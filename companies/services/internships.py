"""Internships: added, extended, shortened, completed, taken back; each decision is a row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from companies import audit, notifications, permissions, selectors
from companies.actor import Actor
from companies.enums import EmploymentType, InternshipState, InternshipStep, StipendPer
from companies.errors import (
    InternshipDatesWrong,
    InternshipNotLonger,
    InternshipNotShorter,
    InternshipOutside,
    InternshipOverlaps,
    InternshipRuns,
    InternshipTooLong,
    InvalidTransition,
    MentorUnchanged,
    MentorUnfit,
    NotAllowed,
    NotAnIntern,
    ReasonMissing,
    StipendUnfit,
)
from companies.models import Employee, Internship, InternshipEvent
from companies.notices import INTERNSHIP_ENDS
from companies.selectors.interns import SOON_DAYS

MOST_DAYS = 3 * 366
# Mails go out so many days before the end, the first one as soon as it ends soon.
REMINDED_DAYS = (SOON_DAYS, 3)
_LONGEST_WORDS = 500


@transaction.atomic
def internship_add(
    *,
    employee: Employee,
    mentor: Employee,
    starts_on: dt.date,
    ends_on: dt.date,
    by: Actor,
    stipend_per: StipendPer = StipendPer.NONE,
    stipend_amount: Decimal | None = None,
    note: str = "",
) -> Internship:
    """Write from when to when an intern is one, with whom as mentor, and for what stipend.

    Raises:
        NotAllowed, NotAnIntern, MentorUnfit, StipendUnfit, InternshipDatesWrong,
        InternshipTooLong, InternshipOutside, InternshipOverlaps
    """
    employee = _locked(employee)
    if not permissions.can_manage_person(by, employee):
        raise NotAllowed
    if employee.employment_type != EmploymentType.INTERN:
        raise NotAnIntern(name=employee.name)
    if (stipend_amount is None or stipend_amount <= 0) != (stipend_per == StipendPer.NONE):
        raise StipendUnfit
    _refuse_dates(employee, starts_on, ends_on)
    _refuse_mentor(mentor, employee, starts_on)
    _refuse_overlap(employee, starts_on, ends_on)
    made: Internship = Internship.objects.create(
        company=employee.company, employee=employee, mentor=mentor, starts_on=starts_on,
        agreed_until=ends_on, stipend_per=stipend_per, stipend_amount=stipend_amount,
        note=note.strip()[:_LONGEST_WORDS], made_by_id=by.id, made_by_name=by.name,
        made_at=timezone.now(),
    )  # fmt: skip
    changes = audit.difference({}, audit.snapshot(made))
    # Who did it stands in the event itself, by kind in the intern's own file.
    changes = {key: value for key, value in changes.items() if not key.startswith("made_")}
    audit.record(by=by, verb="internship_added", subject=made, changes=changes)
    return made


def _locked(employee: Employee) -> Employee:
    rows = Employee.objects.select_for_update(of=("self",)).select_related("company")
    found: Employee = rows.get(pk=employee.pk)
    return found


def _refuse_mentor(mentor: Employee, employee: Employee, on: dt.date) -> None:
    is_other = mentor.pk != employee.pk and not _is_same_person(mentor, employee)
    if not is_other or not selectors.here_on(on).filter(pk=mentor.pk).exists():
        raise MentorUnfit(name=mentor.name)


def _is_same_person(one: Employee, other: Employee) -> bool:
    return one.user_id is not None and one.user_id == other.user_id


def _refuse_dates(employee: Employee, first: dt.date, last: dt.date) -> None:
    if last < first:
        raise InternshipDatesWrong
    if (last - first).days >= MOST_DAYS:
        raise InternshipTooLong
    _refuse_outside(employee, first, last)


def _refuse_outside(employee: Employee, first: dt.date, last: dt.date) -> None:
    if first < employee.joined_on or last > (employee.left_on or dt.date.max):
        end = _day(employee.left_on) if employee.left_on else _("now on")
        raise InternshipOutside(name=employee.name, first=_day(employee.joined_on), last=end)


def _refuse_overlap(
    employee: Employee, first: dt.date, last: dt.date, but: Internship | None = None
) -> None:
    others = selectors.internships_between([employee.pk], first, last)
    if but is not None:
        others = others.exclude(pk=but.pk)
    clash = others.first()
    if clash is not None:
        raise InternshipOverlaps(
            name=employee.name,
            first=_day(clash.starts_on),
            last=_day(clash.ends_on),
        )


def _day(date: dt.date) -> str:
    return date_format(date, "j F Y")


@dataclass(frozen=True)
class _Standing:
    """One of `selectors.internships` under the lock of its person, open to be decided.

    `today` is the company's: HR decides about a day by its own clocks.
    """

    row: Any
    employee: Employee
    ends_on: dt.date
    now: dt.datetime
    today: dt.date


def _standing(internship: Internship, by: Actor) -> _Standing:
    """Lock the person, and return how the internship stands.

    Raises:
        NotAllowed, InvalidTransition
    """
    employee, now = _locked(internship.employee), timezone.now()
    if not permissions.can_manage_person(by, employee):
        raise NotAllowed
    row: Any = selectors.internships().get(pk=internship.pk)
    today = selectors.company_today(employee.company, now)
    if selectors.internship_state(row, today) in InternshipState.closed:
        raise InvalidTransition
    return _Standing(row, employee, row.ends_on, now, today)


def _decide(
    standing: _Standing,
    step: InternshipStep,
    words: str,
    by: Actor,
    ends_on: dt.date | None = None,
    mentor: Employee | None = None,
) -> InternshipEvent:
    row = standing.row
    made: InternshipEvent = InternshipEvent.objects.create(
        company=row.company, internship=row, number=selectors.internship_events(row).count() + 1,
        step=step, ends_on=ends_on, mentor=mentor, words=words, made_by_id=by.id,
        made_by_name=by.name, made_at=standing.now,
    )  # fmt: skip
    moved = {"ends_on": [standing.ends_on.isoformat(), ends_on.isoformat()]} if ends_on else {}
    if mentor is not None:
        moved["mentor"] = [str(selectors.mentor_of(row)), str(mentor)]
    audit.record(
        by=by, verb=f"internship_{step.value}", subject=row, reason=words, changes=moved
    )  # fmt: skip
    return made


def _reason(words: str) -> str:
    """Return the reason as it is kept.

    Raises:
        ReasonMissing
    """
    if not words.strip():
        raise ReasonMissing
    return words.strip()[:_LONGEST_WORDS]


@transaction.atomic
def internship_extend(
    *, internship: Internship, ends_on: dt.date, reason: str, by: Actor
) -> InternshipEvent:
    """Let an internship last until a later day.

    Raises:
        NotAllowed, InvalidTransition, ReasonMissing, InternshipNotLonger, InternshipTooLong,
        InternshipOutside, InternshipOverlaps
    """
    words, standing = _reason(reason), _standing(internship, by)
    if ends_on <= standing.ends_on:
        raise InternshipNotLonger(last=_day(standing.ends_on))
    _refuse_dates(standing.employee, standing.row.starts_on, ends_on)
    _refuse_overlap(standing.employee, standing.row.starts_on, ends_on, but=standing.row)
    return _decide(standing, InternshipStep.EXTENDED, words, by, ends_on)


@transaction.atomic
def internship_shorten(
    *, internship: Internship, ends_on: dt.date, reason: str, by: Actor
) -> InternshipEvent:
    """Let an internship end before the day that was agreed; it is completed then.

    Raises:
        NotAllowed, InvalidTransition, ReasonMissing, InternshipNotShorter
    """
    words, standing = _reason(reason), _standing(internship, by)
    first = standing.row.starts_on
    if not first <= ends_on < standing.ends_on:
        raise InternshipNotShorter(first=_day(first), last=_day(standing.ends_on))
    return _decide(standing, InternshipStep.SHORTENED, words, by, ends_on)


@transaction.atomic
def internship_hand_over(
    *, internship: Internship, mentor: Employee, reason: str, by: Actor
) -> InternshipEvent:
    """Give an internship another mentor from now on, and tell that one and the one before.

    Raises:
        NotAllowed, InvalidTransition, ReasonMissing, MentorUnchanged, MentorUnfit
    """
    words, standing = _reason(reason), _standing(internship, by)
    row = standing.row
    before = selectors.mentor_of(row)
    if mentor.pk == before.pk:
        raise MentorUnchanged(name=mentor.name)
    _refuse_mentor(mentor, standing.employee, max(standing.today, row.starts_on))
    made = _decide(standing, InternshipStep.MENTOR, words, by, mentor=mentor)
    has_left = before.has_left(standing.now)
    notifications.internship_handed_over(
        row, made, before=None if has_left else before.user, ends_on=standing.ends_on
    )
    return made


@transaction.atomic
def internship_complete(*, internship: Internship, by: Actor, remark: str = "") -> InternshipEvent:
    """Close an internship on its last day or after it; the remark stands on the certificate.

    Raises:
        NotAllowed, InvalidTransition, InternshipRuns, InternshipOutside
    """
    standing = _standing(internship, by)
    # The certificate would say days on which they worked here no more.
    _refuse_outside(standing.employee, standing.row.starts_on, standing.ends_on)
    if standing.ends_on > standing.today:
        raise InternshipRuns(last=_day(standing.ends_on))
    words = remark.strip()[:_LONGEST_WORDS]
    return _decide(standing, InternshipStep.COMPLETED, words, by)


@transaction.atomic
def internship_void(*, internship: Internship, reason: str, by: Actor) -> InternshipEvent:
    """Take back an internship that was entered by mistake: it counts as none from now on.

    Raises:
        NotAllowed, InvalidTransition, ReasonMissing
    """
    words = _reason(reason)
    return _decide(_standing(internship, by), InternshipStep.VOID, words, by)


@transaction.atomic
def internship_remind(*, internship: Any, today: dt.date) -> None:
    """Tell the mentor and HR that one of `ending_internships` ends.

    Nothing but mails is written, whose keys make a second run do nothing. Of two that were missed
    the nearer one is sent.
    """
    ends_on: dt.date = internship.ends_on
    nearest = min(days for days in REMINDED_DAYS if (ends_on - today).days <= days)
    own, looks_after = internship.employee.user_id, selectors.mentor_of(internship)
    mentor = looks_after.user if not looks_after.has_left(timezone.now()) else None
    people = [user for user in selectors.hr_of(on=today) if user.pk != own and user != mentor]
    # Who had rather not be told by mail finds the days left on the pages.
    asked = [mentor, *people] if mentor is not None else people
    wanted = {user.pk for user in selectors.wanting(asked, INTERNSHIP_ENDS.kind)}
    people = [user for user in people if user.pk in wanted]
    mentor = mentor if mentor is not None and mentor.pk in wanted else None
    notifications.internship_ends(
        internship, mentor=mentor, people=people, ends_on=ends_on, nth=str(nearest)
    )
