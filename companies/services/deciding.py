"""What HR does with applications: moves, asks, refuses, and takes candidates in."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from companies import audit, career_mails, permissions
from companies.actor import Actor
from companies.career_errors import (
    AlreadyHired,
    ApplicationGone,
    ApplicationMovesNot,
    InternshipIncomplete,
    NotAccepted,
)
from companies.enums import ApplicationStage, ApplicationStep, EmploymentType, StipendPer
from companies.errors import NotAllowed, ReasonMissing, WordsMissing
from companies.models import (
    Application,
    ApplicationEvent,
    Department,
    Employee,
    Office,
    Placement,
    Shift,
)
from companies.models.people import first_judged_day
from companies.selectors import company_today
from companies.services.applications import event_add, lock
from companies.services.internships import internship_add
from companies.services.people import employee_invite

_LONGEST_WORDS = 2000


def _decidable(application: Application, by: Actor, now: dt.datetime) -> Application:
    """Lock an application that HR may do something with.

    Raises:
        NotAllowed, ApplicationGone
    """
    locked = lock(application)
    if not permissions.can_decide_application(by, locked):
        raise NotAllowed
    if locked.is_over(now):
        raise ApplicationGone
    return locked


def months_after(moment: dt.datetime, months: int) -> dt.datetime:
    """Return the same day so many months later, or the last one of that month."""
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _move(
    locked: Application, stage: ApplicationStage, *, words: str, is_shown: bool, by: Actor,
    now: dt.datetime,
) -> ApplicationEvent:  # fmt: skip
    if stage.value not in ApplicationStage.moves[locked.stage] or locked.employee_id is not None:
        raise ApplicationMovesNot(stage=locked.get_stage_display())
    before, locked.stage, locked.moved_at = locked.stage, stage, now
    is_decided = stage.value in ApplicationStage.decided
    locked.purge_at = months_after(now, locked.kept_months) if is_decided else None
    locked.save(update_fields=["stage", "moved_at", "purge_at", "reason"])
    made = event_add(
        locked, ApplicationStep.MOVED, now, stage=stage, words=words.strip()[:_LONGEST_WORDS],
        by_name=by.name, is_shown=is_shown,
    )  # fmt: skip
    changes = {"stage": [before, stage.value]}
    audit.record(by=by, verb="application_moved", subject=locked, changes=changes)
    if is_decided or (is_shown and made.words):
        career_mails.application_told(locked, "moved", nth=str(made.number), event=made)
    return made


@transaction.atomic
def application_move(
    *, application: Application, stage: ApplicationStage, by: Actor, now: dt.datetime,
    words: str = "", is_shown: bool = True,
) -> ApplicationEvent:  # fmt: skip
    """Move an application on, or accept it; the candidate reads `words` by mail.

    A move that is not shown stays HR's; that somebody is accepted is always told.

    Raises:
        NotAllowed, ApplicationGone, ApplicationMovesNot
    """
    if stage not in (*ApplicationStage.undecided, ApplicationStage.ACCEPTED):
        # Refused for a reason (`application_reject`), withdrawn with everything of it.
        raise ApplicationMovesNot(stage=application.get_stage_display())
    locked = _decidable(application, by, now)
    locked.reason = ""
    is_told = is_shown or stage == ApplicationStage.ACCEPTED
    return _move(locked, stage, words=words, is_shown=is_told, by=by, now=now)


@transaction.atomic
def application_reject(
    *, application: Application, reason: str, by: Actor, now: dt.datetime, words: str = ""
) -> ApplicationEvent:
    """Refuse an application: the reason stays with HR, `words` go into the candidate's mail.

    Raises:
        NotAllowed, ApplicationGone, ApplicationMovesNot, ReasonMissing
    """
    if not reason.strip():
        raise ReasonMissing
    locked = _decidable(application, by, now)
    locked.reason = reason.strip()[:1000]
    return _move(locked, ApplicationStage.REJECTED, words=words, is_shown=True, by=by, now=now)


@transaction.atomic
def application_ask(
    *, application: Application, question: str, by: Actor, now: dt.datetime
) -> ApplicationEvent:
    """Ask the candidate something by mail; they answer on their private page.

    Raises:
        NotAllowed, ApplicationGone, ApplicationMovesNot, WordsMissing
    """
    if not question.strip():
        raise WordsMissing
    locked = _decidable(application, by, now)
    if locked.stage not in (*ApplicationStage.undecided, ApplicationStage.ACCEPTED):
        raise ApplicationMovesNot(stage=locked.get_stage_display())
    made = event_add(
        locked, ApplicationStep.ASKED, now, words=question.strip()[:_LONGEST_WORDS],
        by_name=by.name,
    )  # fmt: skip
    audit.record(by=by, verb="application_asked", subject=locked)
    career_mails.application_told(locked, "asked", nth=str(made.number), event=made)
    return made


@dataclass(frozen=True, kw_only=True)
class Hired:
    """How a candidate begins; `ends_on` and what follows are for interns."""

    code: str
    name: str
    email: str
    employment_type: str
    joined_on: dt.date
    office: Office | None = None
    department: Department | None = None
    manager: Employee | None = None
    default_shift: Shift | None = None
    ends_on: dt.date | None = None
    mentor: Employee | None = None
    stipend_per: StipendPer = StipendPer.NONE
    stipend_amount: Decimal | None = None


@transaction.atomic
def application_hire(
    *, application: Application, hired: Hired, by: Actor, now: dt.datetime
) -> Employee:
    """Make an accepted candidate an employee, placed and invited; an intern with an internship.

    All of it or nothing, and once.

    Raises:
        NotAllowed, ApplicationGone, NotAccepted, AlreadyHired, InternshipIncomplete; what
        `internship_add` and `employee_invite` raise; ValidationError by field
    """
    locked = _decidable(application, by, now)
    if locked.employee is not None:
        raise AlreadyHired(employee=str(locked.employee))
    if locked.stage != ApplicationStage.ACCEPTED:
        raise NotAccepted
    is_intern = hired.employment_type == EmploymentType.INTERN
    if is_intern and (hired.ends_on is None or hired.mentor is None):
        raise InternshipIncomplete
    employee = _employee(locked, hired, by, now)
    if hired.ends_on is not None and hired.mentor is not None and is_intern:
        internship_add(
            employee=employee, mentor=hired.mentor, starts_on=hired.joined_on,
            ends_on=hired.ends_on, stipend_per=hired.stipend_per,
            stipend_amount=hired.stipend_amount, by=by,
        )  # fmt: skip
    if employee.email:
        employee_invite(employee=employee, by=by)
    locked.employee = employee
    locked.save(update_fields=["employee"])
    changes = {"employee": [None, str(employee)]}
    audit.record(by=by, verb="application_hired", subject=locked, changes=changes)
    return employee


def _employee(locked: Application, hired: Hired, by: Actor, now: dt.datetime) -> Employee:
    """Write who begins, and where; as HR's own form does."""
    today = company_today(locked.company, now)
    employee = Employee(
        company=locked.company, code=hired.code.strip(), name=hired.name.strip(),
        email=hired.email.strip(), employment_type=hired.employment_type,
        joined_on=hired.joined_on, judged_from=first_judged_day(hired.joined_on, today),
    )  # fmt: skip
    placed: dict[str, Any] = {
        "office": hired.office, "department": hired.department, "manager": hired.manager,
        "default_shift": hired.default_shift,
    }  # fmt: skip
    employee.full_clean()
    employee.save()
    placement = Placement(
        company=locked.company, employee=employee, starts_on=hired.joined_on, **placed
    )
    placement.full_clean()
    placement.save()
    for verb, row in (("employee_added", employee), ("placement_added", placement)):
        changes = audit.difference({}, audit.snapshot(row))
        audit.record(by=by, verb=verb, subject=row, changes=changes)
    return employee
