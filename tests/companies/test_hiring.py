"""A candidate is taken in: employee, placement, internship and invitation, or nothing of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from companies import services
from companies.career_errors import (
    AlreadyHired,
    ApplicationGone,
    ApplicationMovesNot,
    InternshipIncomplete,
    NotAccepted,
)
from companies.enums import ApplicationStage, StipendPer
from companies.errors import EmailTaken, InternshipDatesWrong, MentorUnfit, NotAllowed
from companies.models import (
    Application,
    AuditEvent,
    Employee,
    Internship,
    OutboxMessage,
    Placement,
    User,
)
from companies.scoping import company_scope
from companies.services.applications import CANDIDATE
from companies.services.deciding import Hired
from tests.attendance.world import World, at, make_world
from tests.companies.careers_world import NOW, at_stage, mails, opening_of

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2026, 4, 1), dt.date(2026, 6, 30)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> Iterator[World]:
    world = make_world()
    with company_scope(world.company):
        yield world


@pytest.fixture
def row(world: World) -> Application:
    return at_stage(opening_of(world), ApplicationStage.ACCEPTED, email="nima@yak.example")


def _hired(world: World, **columns: Any) -> Hired:
    wanted: dict[str, Any] = {
        "code": " N1 ", "name": " Nima Sherpa ", "email": "nima@yak.example",
        "employment_type": "employee", "joined_on": FIRST, "office": world.office,
        "manager": world.maya, "default_shift": world.day_shift,
    } | columns  # fmt: skip
    return Hired(**wanted)


def _hire(world: World, row: Application, **columns: Any) -> Employee:
    hired = _hired(world, **columns)
    return services.application_hire(application=row, hired=hired, by=world.hr, now=NOW)


def test_an_employee_is_placed_and_invited(world: World, row: Application) -> None:
    employee = _hire(world, row)
    assert (employee.code, employee.name, employee.judged_from) == ("N1", "Nima Sherpa", FIRST)
    placement = Placement.objects.get(employee=employee)
    assert (placement.starts_on, placement.office, placement.manager, placement.default_shift) == (
        FIRST, world.office, world.maya, world.day_shift,
    )  # fmt: skip
    assert User.objects.get(email="nima@yak.example") == Employee.objects.get(pk=employee.pk).user
    assert len(mails("sign_in_link")) == 1
    assert not Internship.objects.exists()
    row.refresh_from_db()
    assert row.employee == employee
    events = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(events) == [
        "employee_added", "placement_added", "sign_in_link_sent", "application_hired",
    ]  # fmt: skip


def test_a_manager_who_has_left_by_then_is_refused_and_nothing_is_written(
    world: World, row: Application
) -> None:
    Employee.objects.filter(pk=world.maya.pk).update(left_on=FIRST - dt.timedelta(days=1))
    world.maya.refresh_from_db()
    with pytest.raises(ValidationError) as refused:
        _hire(world, row)
    assert refused.value.message_dict == {
        "manager": ["Maya does not work here any more by then: choose another manager."]
    }
    assert not Employee.objects.filter(email="nima@yak.example").exists()
    Employee.objects.filter(pk=world.maya.pk).update(left_on=FIRST)
    world.maya.refresh_from_db()
    assert _hire(world, row).placements.get().manager == world.maya


def test_who_is_taken_in_is_judged_from_the_companys_day(world: World, row: Application) -> None:
    night = at("2026-03-05 01:00")
    employee = services.application_hire(
        application=row, hired=_hired(world, joined_on=dt.date(2026, 3, 1)), by=world.hr, now=night
    )
    assert employee.judged_from == dt.date(2026, 3, 5)


def test_an_intern_has_an_internship(world: World, row: Application) -> None:
    employee = _hire(
        world, row, employment_type="intern", ends_on=LAST, mentor=world.maya,
        stipend_per=StipendPer.MONTH, stipend_amount=Decimal(900),
    )  # fmt: skip
    made = Internship.objects.get(employee=employee)
    assert (made.starts_on, made.agreed_until, made.mentor) == (FIRST, LAST, world.maya)
    assert (made.stipend_per, made.stipend_amount) == ("month", Decimal(900))


def test_an_employee_with_a_last_day_of_an_internship_has_none(
    world: World, row: Application
) -> None:
    _hire(world, row, ends_on=LAST, mentor=world.maya)
    assert not Internship.objects.exists()


def test_who_has_no_address_is_not_invited(world: World, row: Application) -> None:
    assert _hire(world, row, email="").user is None
    assert mails("sign_in_link") == []


def test_a_second_time_is_refused(world: World, row: Application) -> None:
    _hire(world, row)
    with pytest.raises(AlreadyHired, match=r"This candidate is Nima Sherpa \(N1\) already"):
        _hire(world, row, code="N2")
    with pytest.raises(ApplicationMovesNot):
        services.application_move(
            application=row, stage=ApplicationStage.REVIEW, by=world.hr, now=NOW
        )
    with pytest.raises(ApplicationMovesNot):
        services.application_withdraw(application=row, by=CANDIDATE, now=NOW)
    assert Employee.objects.filter(name="Nima Sherpa").count() == 1


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"employment_type": "intern"}, InternshipIncomplete),
        ({"employment_type": "intern", "ends_on": LAST}, InternshipIncomplete),
        ({"employment_type": "intern", "ends_on": FIRST - dt.timedelta(1)}, InternshipDatesWrong),
        ({"employment_type": "intern", "ends_on": LAST, "mentor": "left"}, MentorUnfit),
        ({"code": "maya"}, ValidationError),
        ({"name": " "}, ValidationError),
        ({"employment_type": "king"}, ValidationError),
        ({"email": "maya@kettle.example"}, EmailTaken),
    ],
)
def test_all_of_it_or_nothing(
    world: World, row: Application, columns: dict[str, Any], error: type[Exception]
) -> None:
    if columns.get("mentor") == "left":
        Employee.objects.filter(pk=world.bikram.pk).update(left_on=NOW.date())
        columns = columns | {"mentor": world.bikram}
    elif "ends_on" in columns and error is InternshipDatesWrong:
        columns = columns | {"mentor": world.maya}
    people = Employee.objects.count()
    with pytest.raises(error):
        _hire(world, row, **columns)
    row.refresh_from_db()
    assert (Employee.objects.count(), Placement.objects.count(), row.employee) == (
        people, people, None,
    )  # fmt: skip
    assert not OutboxMessage.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("stage", ["new", "offer", "rejected"])
def test_only_who_was_accepted_is_taken_in(world: World, stage: str) -> None:
    row = at_stage(opening_of(world), ApplicationStage(stage))
    with pytest.raises(NotAccepted):
        _hire(world, row)


def test_who_may_take_in(world: World, row: Application) -> None:
    for by in (world.actor(world.maya), make_world("other").hr):
        with pytest.raises(NotAllowed):
            services.application_hire(application=row, hired=_hired(world), by=by, now=NOW)
    Application.objects.filter(pk=row.pk).update(purge_at=NOW)
    with pytest.raises(ApplicationGone):
        _hire(world, row)
