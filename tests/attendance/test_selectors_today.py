"""A person's present: what comes next, in which zone, in which shift, and what is missing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from attendance.enums import Direction
from attendance.models import Punch, ShiftAssignment
from attendance.selectors.people import zone_of
from attendance.selectors.today import Today, today
from attendance.services import decisions
from attendance.services.days import person_recompute
from companies.models import Employee, Office, OfficeVersion, Placement, PolicyVersion, Shift
from companies.scoping import company_scope
from tests.attendance.doorway import statements
from tests.attendance.world import World, at, make_shift


def _fresh(world: World, who: Employee) -> Employee:
    with company_scope(world.company):
        employee: Employee = Employee.objects.select_related("company").get(pk=who.pk)
    return employee


def _today(world: World, when: str, who: Employee | None = None) -> Today:
    employee = _fresh(world, who or world.maya)
    with company_scope(world.company):
        return today(employee=employee, now=at(when))


def _next(world: World, when: str, who: Employee | None = None) -> str:
    return _today(world, when, who).direction.value


def _assign(world: World, who: Employee, shift: Shift, first: str, last: str) -> None:
    with company_scope(world.company):
        ShiftAssignment.objects.create(
            company=world.company, employee=who, shift=shift,
            starts_on=dt.date.fromisoformat(first), ends_on=dt.date.fromisoformat(last),
        )  # fmt: skip


def _shift(world: World, start: str, end: str, **knobs: object) -> Shift:
    with company_scope(world.company):
        times = dt.time.fromisoformat(start), dt.time.fromisoformat(end)
        return make_shift(world.company, f"{start}-{end}", *times, **knobs)


def _judge(world: World, when: str, who: Employee | None = None) -> None:
    now = at(when)
    with company_scope(world.company):
        person_recompute(
            employee=who or world.maya, first=now.date() - dt.timedelta(days=20),
            last=now.date(), now=now,
        )  # fmt: skip


# --- the next action --------------------------------------------------------------------------
def test_who_did_nothing_checks_in(world: World) -> None:
    present = _today(world, "2026-03-02 08:50")
    assert (present.direction, present.open_in, present.last_punch) == (Direction.IN, None, None)
    assert present.action_key == f"{world.maya.public_id}:2026-03-02:in"


@pytest.mark.parametrize("weigh", [True, False])
def test_who_is_in_checks_out_before_and_after_the_day_was_judged(
    world: World, weigh: bool
) -> None:
    recorded = world.punch(world.maya, "2026-03-02 09:04", weigh=weigh)
    present = _today(world, "2026-03-02 09:04")
    assert present.direction == Direction.OUT
    assert present.open_in is not None
    assert present.open_in.punch_public_id == recorded.public_id
    assert present.action_key == f"{recorded.public_id}:out"


def test_who_went_out_checks_in_again(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:04")
    world.punch(world.maya, "2026-03-02 12:00", Direction.OUT)
    assert _next(world, "2026-03-02 12:30") == "in"


def _offered(world: World, when: str) -> tuple[str, str | None]:
    present = _today(world, when)
    return present.direction.value, present.other.value if present.other else None


def test_who_is_in_may_take_a_break_and_go_from_there(world: World) -> None:
    assert _offered(world, "2026-03-02 09:00") == ("in", None)
    world.punch(world.maya, "2026-03-02 09:04")
    assert _offered(world, "2026-03-02 11:00") == ("out", "break_start")
    world.punch(world.maya, "2026-03-02 12:00", Direction.BREAK_START)
    assert _offered(world, "2026-03-02 12:30") == ("break_end", "out")
    world.punch(world.maya, "2026-03-02 12:40", Direction.BREAK_END)
    assert _offered(world, "2026-03-02 13:00") == ("out", "break_start")
    world.punch(world.maya, "2026-03-02 15:00", Direction.BREAK_START)
    world.punch(world.maya, "2026-03-02 15:30", Direction.OUT)
    assert _offered(world, "2026-03-02 16:00") == ("in", None)


def test_each_action_has_a_key_of_its_own(world: World) -> None:
    assert _today(world, "2026-03-02 09:00").other_key == ""
    recorded = world.punch(world.maya, "2026-03-02 09:04")
    present = _today(world, "2026-03-02 11:00")
    assert present.action_key == f"{recorded.public_id}:out"
    assert present.other_key == f"{recorded.public_id}:break_start"


def test_a_company_without_breaks_offers_none_but_ends_one_that_runs(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:04")
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=dt.date(2026, 1, 1), zone="Asia/Kathmandu",
            offers_breaks=False,
        )  # fmt: skip
    assert _offered(world, "2026-03-02 11:00") == ("out", None)
    world.punch(world.maya, "2026-03-02 12:00", Direction.BREAK_START)
    assert _offered(world, "2026-03-02 12:30") == ("break_end", "out")


def test_the_minutes_until_now_leave_breaks_out(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    world.punch(world.maya, "2026-03-02 10:00", Direction.BREAK_START)
    world.punch(world.maya, "2026-03-02 10:05", Direction.BREAK_START)
    world.punch(world.maya, "2026-03-02 10:15", Direction.BREAK_END)
    world.punch(world.maya, "2026-03-02 10:20", Direction.BREAK_END)
    present = _today(world, "2026-03-02 11:00").presence
    assert (present.minutes(at("2026-03-02 11:00")), present.on_break_since) == (105, None)
    world.punch(world.maya, "2026-03-02 11:30", Direction.BREAK_START)
    present = _today(world, "2026-03-02 12:00").presence
    assert present.minutes(at("2026-03-02 12:00")) == 135
    assert present.on_break_since == at("2026-03-02 11:30")
    assert _today(world, "2026-03-02 08:00").presence.minutes(at("2026-03-02 08:00")) == 0


def test_a_punch_that_hr_took_out_never_was(world: World) -> None:
    recorded = world.punch(world.maya, "2026-03-02 09:04")
    with company_scope(world.company):
        punch = Punch.objects.select_related("employee").get(public_id=recorded.public_id)
        decisions.punch_void(punch=punch, reason="a test", by=world.hr)
    present = _today(world, "2026-03-02 10:00")
    assert (present.direction, present.last_punch) == (Direction.IN, None)
    assert present.action_key == f"{recorded.public_id}:in"


FORGOTTEN = {
    "the same evening": ("2026-03-02 23:59", "out"),
    "in the night": ("2026-03-03 07:59", "out"),
    "when the next window opens": ("2026-03-03 08:00", "in"),
    "later": ("2026-03-03 08:59", "in"),
}


@pytest.mark.parametrize("which", sorted(FORGOTTEN))
def test_an_in_is_forgotten_once_the_next_shift_has_opened(world: World, which: str) -> None:
    world.punch(world.maya, "2026-03-02 09:04")
    when, direction = FORGOTTEN[which]
    assert _next(world, when) == direction


def test_an_in_is_forgotten_on_a_day_off_too(world: World) -> None:
    world.punch(world.maya, "2026-03-06 09:04")
    assert _next(world, "2026-03-07 08:30") == "in"


@pytest.mark.parametrize(("when", "direction"), [("09:03", "out"), ("09:05", "in")])
def test_without_a_later_shift_an_in_lasts_a_day(world: World, when: str, direction: str) -> None:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(default_shift=None)
    world.punch(world.maya, "2026-03-02 09:04")
    assert _next(world, f"2026-03-03 {when}") == direction


def test_how_long_an_in_lasts_is_the_setting_of_its_own_date(world: World) -> None:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(default_shift=None)
        PolicyVersion.objects.create(
            company=world.company, starts_on=dt.date(2026, 3, 3), zone="Asia/Kathmandu",
            max_presence_hours=8,
        )  # fmt: skip
    world.punch(world.maya, "2026-03-02 20:00")
    assert _next(world, "2026-03-03 06:00") == "out"
    world.punch(world.maya, "2026-03-03 06:00", Direction.OUT)
    world.punch(world.maya, "2026-03-03 08:00")
    assert [_next(world, f"2026-03-03 16:0{n}") for n in (0, 1)] == ["out", "in"]


def test_a_night_goes_on_until_it_is_over(world: World) -> None:
    world.punch(world.bikram, "2026-03-02 21:58")
    moments = ("2026-03-03 00:01", "2026-03-03 06:01", "2026-03-03 20:59", "2026-03-03 21:00")
    found = [_next(world, when, world.bikram) for when in moments]
    assert found == ["out", "out", "out", "in"]
    present = _today(world, "2026-03-03 02:00", world.bikram)
    assert (present.date, present.occurrence and present.occurrence.date) == (
        dt.date(2026, 3, 3), dt.date(2026, 3, 2),
    )  # fmt: skip
    assert present.row is not None
    assert present.row.date == dt.date(2026, 3, 2)


BACK_TO_BACK = {"05:45": "out", "06:00": "out", "06:01": "in"}


@pytest.mark.parametrize("when", sorted(BACK_TO_BACK))
def test_a_shift_that_goes_on_is_not_cut_by_the_window_of_the_next(world: World, when: str) -> None:
    """The next shift's window (05:30) opens before this one's end (06:00): they meet there."""
    early = _shift(world, "06:30", "14:00")
    _assign(world, world.bikram, early, "2026-03-03", "2026-03-03")
    world.punch(world.bikram, "2026-03-02 21:58")
    assert _next(world, f"2026-03-03 {when}", world.bikram) == BACK_TO_BACK[when]


AFTER_MIDNIGHT = {"2026-03-02 23:14": "out", "2026-03-02 23:15": "in", "2026-03-03 00:10": "in"}


@pytest.mark.parametrize("when", sorted(AFTER_MIDNIGHT))
def test_a_shift_just_after_midnight_opens_the_evening_before(world: World, when: str) -> None:
    small_hours = _shift(world, "00:15", "08:15")
    _assign(world, world.maya, small_hours, "2026-03-01", "2026-03-31")
    world.punch(world.maya, "2026-03-02 00:12")
    assert _next(world, when) == AFTER_MIDNIGHT[when]


@pytest.mark.parametrize("weigh", [True, False])
def test_who_comes_the_evening_before_is_in(world: World, weigh: bool) -> None:
    small_hours = _shift(world, "00:15", "08:15")
    _assign(world, world.maya, small_hours, "2026-03-01", "2026-03-31")
    world.punch(world.maya, "2026-03-02 23:20", weigh=weigh)
    moments = ("2026-03-02 23:20", "2026-03-03 00:30", "2026-03-03 08:15")
    assert [_next(world, when) for when in moments] == ["out", "out", "out"]


# --- zone, shift, day -------------------------------------------------------------------------
def test_the_date_is_the_offices(world: World) -> None:
    present = _today(world, "2026-03-03 00:30")
    assert (present.zone, present.date) == ("Asia/Kathmandu", dt.date(2026, 3, 3))
    assert at("2026-03-03 00:30").date() == dt.date(2026, 3, 2)


def test_a_zone_of_ones_own_comes_before_the_offices(world: World) -> None:
    with company_scope(world.company):
        far = Office.objects.create(company=world.company, name="Auckland")
        OfficeVersion.objects.create(company=world.company, office=far, zone="Pacific/Auckland")
        placement = Placement.objects.get(employee=world.maya)
        placement.office = far
        placement.save(update_fields=["office"])
        assert _today(world, "2026-03-02 18:00").zone == "Pacific/Auckland"
        placement.zone = "Europe/Lisbon"
        placement.save(update_fields=["zone"])
    present = _today(world, "2026-03-02 18:00")
    claim = present.claim(has_consent=False)
    assert (present.zone, claim.zone) == ("Europe/Lisbon", "Europe/Lisbon")
    employee = _fresh(world, world.maya)
    with company_scope(world.company), statements() as counted:
        assert zone_of(employee, at("2026-03-02 18:00")) == "Europe/Lisbon"
    assert len(counted) == 1


@pytest.mark.parametrize(
    ("moment", "zone", "date"),
    [
        ("2026-03-15T10:00+00:00", "Pacific/Auckland", 15),
        ("2026-03-15T18:00+00:00", "Australia/Sydney", 16),
        ("2026-03-16T00:30+00:00", "Australia/Sydney", 16),
    ],
)
def test_a_move_holds_from_the_beginning_of_its_date_there(
    world: World, moment: str, zone: str, date: int
) -> None:
    """Both places are ahead of UTC, where the date begins hours later."""
    with company_scope(world.company):
        for first, there in (
            ("2026-01-01", "Pacific/Auckland"),
            ("2026-03-16", "Australia/Sydney"),
        ):
            OfficeVersion.objects.create(
                company=world.company, office=world.office, zone=there,
                starts_on=dt.date.fromisoformat(first),
            )  # fmt: skip
        present = today(employee=_fresh(world, world.maya), now=dt.datetime.fromisoformat(moment))
    assert (present.zone, present.date) == (zone, dt.date(2026, 3, date))


def test_the_pass_says_who_where_and_what(world: World) -> None:
    present = _today(world, "2026-03-02 08:50")
    claim = present.claim(has_consent=True)
    assert claim.has_consent is True
    assert (claim.company, claim.employee) == (
        str(world.company.public_id), str(world.maya.public_id),
    )  # fmt: skip
    assert (claim.direction, claim.action_key) == (Direction.IN, present.action_key)


def test_the_week_begins_on_monday(world: World) -> None:
    for day in (1, 2, 3):
        world.punch(world.maya, f"2026-03-0{day} 09:00")
        world.punch(world.maya, f"2026-03-0{day} 11:00", Direction.OUT)
    assert _today(world, "2026-03-03 12:00").week_minutes == 240
    assert _today(world, "2026-03-01 12:00").week_minutes == 120


# --- what is missing --------------------------------------------------------------------------
MISSING: dict[str, tuple[str, dt.date | None]] = {
    "the next day": ("2026-03-07 08:00", dt.date(2026, 3, 6)),
    "after the days off": ("2026-03-09 08:00", dt.date(2026, 3, 6)),
}


@pytest.mark.parametrize("which", sorted(MISSING))
def test_a_forgotten_check_out_is_remembered(world: World, which: str) -> None:
    when, missing = MISSING[which]
    world.punch(world.maya, "2026-03-06 09:00")
    _judge(world, when)
    assert _today(world, when).missing_out_on == missing


def test_a_forgotten_check_out_is_remembered_over_a_day_of_absence(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    _judge(world, "2026-03-04 08:00")
    assert _today(world, "2026-03-04 08:00").missing_out_on == dt.date(2026, 3, 2)


def test_only_the_last_day_worked_is_remembered(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    world.punch(world.maya, "2026-03-03 09:00")
    world.punch(world.maya, "2026-03-03 17:30", Direction.OUT)
    _judge(world, "2026-03-04 08:00")
    assert _today(world, "2026-03-04 08:00").missing_out_on is None


def test_a_night_that_goes_on_misses_nothing(world: World) -> None:
    world.punch(world.bikram, "2026-03-02 21:58")
    assert _today(world, "2026-03-03 02:00", world.bikram).missing_out_on is None


def test_the_present_takes_five_statements(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:04")
    employee: Any = _fresh(world, world.maya)
    with company_scope(world.company):
        today(employee=employee, now=at("2026-03-02 10:00"))
        with statements() as counted:
            today(employee=employee, now=at("2026-03-02 10:00"))
    assert len(counted) == 5, counted
