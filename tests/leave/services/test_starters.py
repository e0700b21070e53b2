"""What is usual in a country: added once, beside what is there; the figures that its plans give."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from companies.actor import Actor
from companies.enums import Role
from companies.errors import NotAllowed
from companies.models import AuditEvent, Office, OfficeVersion, PolicyVersion
from companies.scoping import company_scope
from companies.services import office_weekly_off_set
from leave.errors import NoStarter
from leave.models import LeavePlan, LeaveType, LeaveTypeVersion
from leave.selectors.starters import countries_of, starter_standing
from leave.services.plans import plan_assign
from leave.services.runs import books_run
from leave.services.starters import Applied, starter_apply
from leave.starters import COUNTRIES, Starter, starter_of
from leave.terms import leave_settings
from tests.attendance.world import at
from tests.leave.world import Leave, d, make_leave

TODAY = d("2026-03-02")


def known(country: str) -> Starter:
    found = starter_of(country)
    assert found is not None
    return found


def apply(leave: Leave, country: str, by: Actor | None = None, **more: object) -> Applied:
    return starter_apply(
        company=leave.world.company, country=country, by=by or leave.hr,
        **{"on": TODAY, **more},  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize("country", COUNTRIES)
def test_all_of_it_is_added_and_says_what_it_rests_on(leave: Leave, country: str) -> None:
    done = apply(leave, country)

    starter = known(country)
    there = {"AL"} & {each.code for each in starter.types}
    assert [name for name in done.added if name != leave.world.office.name] == [
        each.name for each in starter.types if each.code not in there
    ]
    for spec in starter.types:
        if spec.code in there:
            continue
        row = LeaveType.objects.get(code=spec.code)
        assert (row.name, row.colour, row.basis) == (spec.name, spec.colour, spec.basis)
        plans = LeavePlan.objects.filter(leave_type=row).order_by("id")
        assert [plan.name for plan in plans] == [plan.name for plan in spec.plans]
    # What was written is what the rules can read.
    leave.world.company.refresh_from_db()
    assert len(leave_settings(leave.world.company).types) == 1 + len(starter.types) - len(there)


def test_applied_again_it_adds_nothing_and_changes_nothing(leave: Leave) -> None:
    apply(leave, "NP")
    LeaveType.objects.filter(code="HL").update(name="Days at home", basis="")
    before = list(LeaveType.objects.order_by("id").values())
    versions = LeaveTypeVersion.objects.count()

    done = apply(leave, "NP")

    assert done.added == ()
    assert done.there[:2] == ("Days at home", "Sick leave")
    assert list(LeaveType.objects.order_by("id").values()) == before
    assert LeaveTypeVersion.objects.count() == versions
    assert AuditEvent.objects.filter(verb="leave_starter_applied").count() == 1


def test_a_name_code_or_plan_that_is_taken_is_left_to_whom_it_is(leave: Leave) -> None:
    own = leave.type("Illness", "SL")
    leave.type("home LEAVE", "XX")
    from leave.services.settings import plan_add

    plan_add(leave_type=leave.annual, name="Casual leave", by=leave.hr)

    nepal, india = apply(leave, "NP"), apply(leave, "IN")

    assert nepal.there == ("home LEAVE", "Illness")
    assert india.there[:3] == ("Annual", "Illness", "Maternity leave, paid")
    assert LeaveTypeVersion.objects.filter(leave_type=own).count() == 1
    assert not LeaveType.objects.filter(code="CL").exists()


def test_only_what_is_wanted_is_added(leave: Leave) -> None:
    done = apply(leave, "NP", only=["SUB", "UL", "no such"], has_days_off=False)

    assert done == Applied(("Substitute leave", "Unpaid leave"), ())
    assert sorted(LeaveType.objects.values_list("code", flat=True)) == ["AL", "SUB", "UL"]
    version = LeaveTypeVersion.objects.get(leave_type__code="UL")
    steps = list(version.approval_steps.values_list("place", "decider", "above"))
    assert steps == [(1, "manager", Decimal(0)), (2, "hr", Decimal(5))]


def test_who_may_not_and_what_there_is_none_of_is_refused(leave: Leave) -> None:
    with pytest.raises(NotAllowed):
        apply(leave, "NP", by=leave.boss)
    with pytest.raises(NotAllowed):
        apply(leave, "NP", by=leave.world.actor(leave.world.hari, Role.AUDITOR))
    with pytest.raises(NoStarter):
        apply(leave, "FR")
    assert starter_standing(leave.world.company, "", on=TODAY) is None
    with time_machine.travel(at("2026-03-02 12:00"), tick=False):
        other = make_leave("other")
    with pytest.raises(NotAllowed):
        apply(leave, "NP", by=other.hr)
    assert LeaveType.objects.count() == 1


def test_another_companys_types_are_not_there(leave: Leave) -> None:
    with time_machine.travel(at("2026-03-02 12:00"), tick=False):
        other = make_leave("other")
    with company_scope(other.world.company):
        apply(other, "NP")
    assert apply(leave, "NP").there == ()


# --- days off -------------------------------------------------------------------------------------
def _place(leave: Leave, country: str, weekly_off: object = None) -> OfficeVersion:
    row: OfficeVersion = OfficeVersion.objects.get(office=leave.world.office)
    row.country, row.weekly_off = country, weekly_off
    row.save()
    return row


def _common(leave: Leave, weekly_off: dict[str, object]) -> None:
    PolicyVersion.objects.create(
        company=leave.world.company, starts_on=d("2026-03-01"), weekly_off=weekly_off
    )


def test_an_office_of_the_country_gets_the_usual_days_off_from_today(leave: Leave) -> None:
    first = _place(leave, "NP")
    _common(leave, {"sat": "all", "sun": "all"})
    Office.objects.create(company=leave.world.company, name="Nowhere yet")
    assert countries_of(leave.world.company, on=TODAY) == ["NP"]

    done = apply(leave, "NP", only=[])
    assert done == Applied((leave.world.office.name,), ())
    rows = OfficeVersion.objects.filter(office=leave.world.office).order_by("starts_on")
    assert [(row.starts_on, row.weekly_off) for row in rows] == [
        (first.starts_on, None), (TODAY, {"sat": "all"}),
    ]  # fmt: skip
    assert (rows[1].zone, rows[1].country) == (first.zone, "NP")
    assert apply(leave, "NP", only=[]) == Applied((), (leave.world.office.name,))
    assert AuditEvent.objects.filter(verb="office_version_added").count() == 1


def test_what_holds_there_from_today_is_filled_in_where_it_says_nothing(leave: Leave) -> None:
    row = _place(leave, "IN")
    _common(leave, {"sat": "all"})
    assert apply(leave, "IN", only=[], on=row.starts_on).added == (leave.world.office.name,)
    assert OfficeVersion.objects.get(office=leave.world.office).weekly_off == {"sun": "all"}
    assert AuditEvent.objects.filter(verb="office_version_changed").count() == 1


@pytest.mark.parametrize(
    ("country", "own", "common"),
    [
        ("NP", {"fri": "all"}, {"sun": "all"}),
        ("NP", None, {"sat": "all"}),
        ("GB", None, {"sun": "all"}),
    ],
)
def test_other_days_off_stay_as_they_are(
    leave: Leave, country: str, own: object, common: dict[str, object]
) -> None:
    _place(leave, country, own)
    _common(leave, common)
    assert apply(leave, "NP", only=[]).added == ()
    assert OfficeVersion.objects.get(office=leave.world.office).weekly_off == own


def test_days_off_of_an_office_are_hrs_to_set(leave: Leave) -> None:
    office, days_off = leave.world.office, {"sun": "all"}
    with pytest.raises(NotAllowed):
        office_weekly_off_set(office=office, weekly_off=days_off, starts_on=TODAY, by=leave.boss)
    _place(leave, "NP", {"fri": "all"})
    assert (
        office_weekly_off_set(office=office, weekly_off=days_off, starts_on=TODAY, by=leave.hr)
        is None
    )
    bare = Office.objects.create(company=leave.world.company, name="Nowhere yet")
    assert (
        office_weekly_off_set(office=bare, weekly_off=days_off, starts_on=TODAY, by=leave.hr)
        is None
    )


# --- what the plans give --------------------------------------------------------------------------
def _year(leave: Leave, country: str, plan: str, until: dt.date) -> Decimal:
    """What somebody who joined on 1 January 2026 has after a year on a plan, nothing taken."""
    starter_apply(company=leave.world.company, country=country, by=leave.hr, on=TODAY)
    row = LeavePlan.objects.get(name=plan)
    plan_assign(employee=leave.maya, plan=row, by=leave.hr)
    books_run(
        company=leave.world.company, people=[leave.maya.pk], until=until, by=leave.hr,
        types=[row.leave_type_id],
    )  # fmt: skip
    return leave.balance(until.isoformat(), row.leave_type)


@pytest.mark.parametrize(
    ("country", "plan", "until", "expected"),
    [
        ("NP", "Home leave by the month", "2027-01-01", "18"),
        ("NP", "Sick leave", "2026-12-31", "12"),
        ("NP", "Sick leave", "2027-01-01", "24"),
        ("NP", "Sick leave", "2031-01-01", "57"),  # 45 moved on, and the year's 12
        ("IN", "Earned leave by the month", "2027-01-01", "15"),
        ("IN", "Casual leave", "2026-12-31", "8"),
        ("IN", "Casual leave", "2027-01-01", "2"),
        ("IN", "Sick leave", "2027-01-01", "12"),
        ("GB", "Annual leave, a twelfth a month", "2026-12-31", "20"),
        ("GB", "Annual leave", "2026-12-31", "20"),
        ("GB", "Annual leave", "2027-01-01", "28"),
        ("GB", "Annual leave", "2027-04-01", "20"),
        ("US", "Paid time off", "2027-01-01", "11"),
        ("US", "Paid time off", "2029-01-01", "16.5"),
    ],
)
def test_a_plan_gives_what_it_says(
    leave: Leave, country: str, plan: str, until: str, expected: str
) -> None:
    if country == "GB":  # where the company has no annual leave of its own yet
        LeaveType.objects.filter(code="AL").update(code="OLD", name="Old")
    # Twelfths and twenty-fourths are rounded to the books' four places, each by itself.
    found = _year(leave, country, plan, dt.date.fromisoformat(until))
    assert found.quantize(Decimal("0.01")) == Decimal(expected)
