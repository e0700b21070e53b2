"""A company with a row of every kind, and whoever may or may not see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance.enums import DayStatus, Direction, MarkKind
from attendance.models import OvertimeDay, PayrollColumn
from attendance.services import closing, enrolment, marks, roster, verdicts
from attendance.services.certificates import certificate_issue
from attendance.services.days import person_recompute
from companies import outbox
from companies.enums import ApplicationStage, CalendarKind, LookKind, QuestionKind
from companies.looks import look_record
from companies.models import (
    CalendarDay,
    CompanyDomain,
    Delegation,
    Department,
    Internship,
    InternshipEvent,
    Invitation,
    RecordsRequest,
    ReportReader,
    ReportSchedule,
    SignInReset,
    SupportGrant,
    User,
)
from companies.scoping import company_scope
from integrations import faces
from leave.enums import EntryKind
from leave.models import (
    Allocation,
    LeaveType,
    LeaveTypeVersion,
    LeaveYearClose,
    LedgerEntry,
    ReminderVersion,
)
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.overtime_world import make_policy, rule
from tests.attendance.world import World, at, make_world
from tests.companies.careers_constraints import visitor
from tests.companies.careers_world import at_stage, opening_of, page_on, question_of
from tests.kept import kept, own
from tests.leave.rows import fill_hr_pages

NOON = "2026-03-04 12:00"


def _enrol(world: World) -> None:
    """Let Maya agree and have reference faces, which Hari looks at."""
    actor, now = world.actor(world.maya), at("2026-03-01 09:00")
    with faces.using(FakeEngine()):
        enrolment.consent_answer(by=actor, is_given=True, now=now)
        enrolment.enrolment_start(by=actor, now=now)
        for _n in range(3):
            enrolment.frame_add(by=actor, frame=jpeg())
        enrolled = enrolment.enrolment_finish(by=actor, now=now)
        look_record(by=world.hr, employee=world.maya, kind=LookKind.PHOTO, target=enrolled)


def _give_leave(world: World) -> None:
    """Leave Maya books of a type: a credit, and a year that is closed."""
    kind = LeaveType.objects.create(
        company=world.company, name=f"Books {world.company.code}", code="BK"
    )
    LeaveTypeVersion.objects.create(company=world.company, leave_type=kind, encash_most=Decimal(5))
    key = "plan:1:2026-01-01:0"
    books = {"company": world.company, "employee": world.maya, "leave_type": kind}
    Allocation.objects.create(**books, key=key, starts_on=dt.date(2026, 1, 1))
    LedgerEntry.objects.create(
        **books, key=f"{key}#0", kind=EntryKind.ACCRUAL, amount=Decimal(8), source=key,
        effective_on=dt.date(2026, 1, 1), by_kind="job", by_name="leave_run",
    )  # fmt: skip
    LeaveYearClose.objects.create(
        company=world.company, leave_type=kind, closed_to=dt.date(2025, 12, 31),
        closed_at=at(NOON), closed_by=world.hari.user,
    )  # fmt: skip


def _give_overtime(world: World) -> None:
    """Leave a policy of extra minutes, and some of Maya's."""
    make_policy(world, rule(), name=f"Extra {world.company.code}")
    OvertimeDay.objects.create(
        company=world.company, employee=world.maya, date=dt.date(2026, 2, 26),
        extra_minutes=30, state="counted", computed_at=at(NOON),
    )  # fmt: skip


def _give_access(world: World) -> None:
    """Let somebody stand in for Hari, a stranger run the platform, and Maya leave one day."""
    Delegation.objects.create(
        company=world.company, giver=world.hari, delegate=world.maya,
        starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2026, 4, 9), made_by=world.hari.user,
    )  # fmt: skip
    otto = User.objects.create_user(email=f"otto@{world.company.code}.example", name="Otto")
    SupportGrant.objects.create(
        company=world.company, operator=otto, reason="a wrong total", asked_at=at(NOON)
    )
    Invitation.objects.create(
        company=world.company, channel="mail", user=otto, role="auditor", inviter="Hari",
        name=f"Ananda {world.company.code}", email=f"otto@{world.company.code}.example",
        starts_on=dt.date(2026, 3, 4), ends_on=dt.date(2026, 3, 31), made_at=at(NOON),
        expires_at=at(NOON) + dt.timedelta(days=14),
    )  # fmt: skip
    CompanyDomain.objects.create(
        company=world.company, domain=f"{world.company.code}.example", token="t",
        asked_at=at(NOON),
    )  # fmt: skip
    RecordsRequest.objects.create(
        company=world.company, user=world.maya.user, asked_at=at(NOON), outcome="refused",
        reason="not yet",
    )  # fmt: skip
    ReminderVersion.objects.create(company=world.company, remind_after_days=3)
    PayrollColumn.objects.create(
        company=world.company, heading=f"Emp {world.company.code}", source="code"
    )


def _give_internship(world: World) -> None:
    """Leave Maya an internship that is completed, with its certificate."""
    by = {"made_by_id": "x", "made_by_name": "Hari", "made_at": at(NOON)}
    row = Internship.objects.create(
        company=world.company, employee=world.maya, mentor=world.bikram,
        starts_on=dt.date(2026, 1, 5), agreed_until=dt.date(2026, 2, 27), **by,
        note=f"Looms {world.company.code}",
    )  # fmt: skip
    InternshipEvent.objects.create(
        company=world.company, internship=row, number=1, step="completed", words="Good.", **by
    )
    certificate_issue(internship=row, by=world.hr)


def _give_careers(world: World) -> None:
    """Leave an opening with a question, somebody who applied, and what a visitor asks."""
    page_on(world)
    opening = opening_of(world, title=f"Weaver {world.company.code}")
    question_of(opening, QuestionKind.CHOICE, words=f"Which loom of {world.company.code}?")
    at_stage(opening, ApplicationStage.NEW, name=f"Nima {world.company.code}")
    visitor(world, question=f"Is there tea in {world.company.code}?")


def _give_reports(world: World) -> None:
    """Have a report sent to Hari on the first working day."""
    row = ReportSchedule.objects.create(
        company=world.company, name=f"Roll {world.company.code}", report="muster-roll",
        file_format="xlsx", working_day=1,
    )  # fmt: skip
    ReportReader.objects.create(
        company=world.company, schedule=row, employee=world.hari, done_to=dt.date(2026, 3, 3)
    )


def fill(world: World) -> World:
    """Leave a row of every kind in the company."""
    with company_scope(world.company):
        Department.objects.create(company=world.company, name=f"Looms {world.company.code}")
        CalendarDay.objects.create(
            company=world.company, date=dt.date(2026, 3, 5), kind=CalendarKind.HOLIDAY,
            name=f"Holi {world.company.code}",
        )  # fmt: skip
        marks.mark_add(
            employee=world.maya, date=dt.date(2026, 2, 24), kind=MarkKind.LEAVE, code="CL",
            source_ref="t", by=world.hr,
        )  # fmt: skip
        verdicts.day_set(
            employee=world.maya, date=dt.date(2026, 2, 25), halves=(DayStatus.PRESENT,) * 2,
            worked_minutes=480, reason="a power cut", by=world.hr,
        )  # fmt: skip
        roster.assignment_save(
            employee=world.maya, shift=world.night_shift, starts_on=dt.date(2026, 5, 1),
            ends_on=dt.date(2026, 5, 2), by=world.hr,
        )  # fmt: skip
        outbox.enqueue(
            company=world.company, dedupe_key=f"t:{world.company.code}", to="maya@kettle.example",
            template="companies/email/sign_in_link", values={},
        )  # fmt: skip
        SignInReset.objects.create(
            company=world.company, employee=world.maya, reason="a lost phone", asked_id="x",
            asked_name=f"Hari {world.company.code}", asked_at=at(NOON),
        )  # fmt: skip
        _enrol(world)
        fill_hr_pages(world)
        _give_leave(world)
        _give_overtime(world)
    world.punch(world.maya, "2026-03-02 09:04")
    world.punch(world.maya, "2026-03-02 17:31", Direction.OUT)
    with company_scope(world.company):
        person_recompute(
            employee=world.maya, first=dt.date(2026, 3, 2), last=dt.date(2026, 3, 2), now=at(NOON)
        )
        _give_access(world)
        _give_reports(world)
        _give_internship(world)
        _give_careers(world)
        closing.period_lock(company=world.company, starts_on=dt.date(2026, 1, 1), by=world.hr)
    world.company.refresh_from_db()
    return world


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOON), tick=False) as traveller:
        yield traveller


def _at_noon(code: str) -> Callable[[], World]:
    def build() -> World:
        with time_machine.travel(at(NOON), tick=False):
            return fill(make_world(code))

    return build


the_world = kept(_at_noon("kettle"))
the_other = kept(_at_noon("other"))


@pytest.fixture
def world(the_world: World, db: None) -> World:
    return own(the_world)


@pytest.fixture
def other(the_other: World, db: None) -> World:
    return own(the_other)


@pytest.fixture
def hr(client: Client, world: World) -> Client:
    client.force_login(world.hari.user)
    return client
