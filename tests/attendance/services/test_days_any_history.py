"""Whatever happened in whatever order: no punch is lost, none counts twice, none moves again."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from attendance.enums import Direction, FaceState, Source
from attendance.models import AttendanceDay, Punch, PunchState, ShiftAssignment
from attendance.rules import judge as judging
from attendance.rules import schema, windows
from attendance.rules.types import Occurrence, Policy
from attendance.selectors import people
from attendance.selectors.people import tap_of
from attendance.selectors.settings import company_settings
from attendance.services import recompute
from attendance.services.days import days_recompute, lock_person, person_recompute
from companies.models import Company, Employee, OfficeVersion, PolicyVersion, Shift
from companies.scoping import company_scope
from tests.attendance.world import START, World, make_shift

FIRST = dt.date(2026, 3, 2)
DAYS = 9
SEEDS = (1, 2, 3, 5, 8, 13, 21, 65)
DAY = dt.timedelta(days=1)
ZONES = ("Asia/Kathmandu", "America/Los_Angeles", "Pacific/Kiritimati", "Australia/Lord_Howe")
DIRECTIONS = (*[Direction.IN] * 4, *[Direction.OUT] * 4, Direction.UNKNOWN, Direction.BREAK_START)


def _hours(text: str) -> tuple[dt.time, dt.time]:
    start, _, end = text.partition("-")
    return dt.time.fromisoformat(start), dt.time.fromisoformat(end)


SHIFTS = ("09:00-17:30", "22:00-06:00", "00:15-08:15", "05:00-13:00", "12:00-12:00", "20:00-02:00")


class History:
    """A person's days as they happen: a roster, punches, judgings in between."""

    def __init__(self, world: World, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # the same history every time
        self.world, self.who = world, world.maya
        self.zone = self.random.choice(ZONES)
        OfficeVersion.objects.create(
            company=world.company, office=world.office, zone=self.zone, starts_on=START
        )
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=self.zone,
            max_presence_hours=self.random.choice((10, 24, 48)),
            absence_lag_days=self.random.choice((0, 0, 2)),
        )  # fmt: skip
        self._roster()
        self.now = self._instant(0.0)

    def _roster(self) -> None:
        shifts: list[Shift | None] = [None]
        for text in self.random.sample(SHIFTS, 3):
            wide = self.random.choice((60, 60, 300))
            shifts.append(
                make_shift(
                    self.world.company, text, *_hours(text),
                    window_before_minutes=wide, window_after_minutes=wide,
                    pairing=self.random.choice(("by_direction", "by_direction", "alternating")),
                )
            )  # fmt: skip
        for n in range(-7, DAYS + 7):
            shift = self.random.choice(shifts)
            if shift is not None:
                date = FIRST + n * DAY
                ShiftAssignment.objects.create(
                    company=self.world.company, employee=self.who, shift=shift, starts_on=date,
                    ends_on=date,
                )  # fmt: skip

    def _instant(self, days: float) -> dt.datetime:
        midnight = dt.datetime.combine(FIRST, dt.time(), ZoneInfo(self.zone)).astimezone(dt.UTC)
        return midnight + dt.timedelta(minutes=int(days * 24 * 60))

    def happen(self) -> None:
        """Record and judge as the days go by; some punches are judged late, or only by others."""
        moments = sorted(
            self.random.uniform(0, DAYS) for _n in range(self.random.choice((1, 2, 4)) * DAYS)
        )
        late: list[PunchState] = []
        for moment in moments:
            self.now = self._instant(moment)
            state = self._punch()
            if self.random.random() < 0.2:
                late.append(state)
            else:
                self._weigh(state)
            if self.random.random() < 0.5:
                date = FIRST + self.random.randint(-1, int(moment)) * DAY
                self.judge(date, date)
        self.now = self._instant(DAYS + 6)
        self.random.shuffle(late)
        for state in late:
            self._weigh(state)

    def _punch(self) -> PunchState:
        direction = self.random.choice(DIRECTIONS)
        punch = Punch.objects.create(
            company=self.world.company, employee=self.who, tap_id=uuid.uuid4(),
            occurred_at=self.now, zone=self.zone, utc_offset_minutes=0, direction=direction,
            source=Source.WEB,
        )  # fmt: skip
        state: PunchState = PunchState.objects.create(
            company=self.world.company, punch=punch, employee=self.who, occurred_at=self.now,
            direction=direction, face=FaceState.NOT_CHECKED,
        )  # fmt: skip
        return state

    def _weigh(self, state: PunchState) -> None:
        date = state.occurred_at.astimezone(ZoneInfo(self.zone)).date()
        with transaction.atomic():
            days_recompute(
                employee=lock_person(self.who), first=date - DAY, last=date + DAY, now=self.now,
                amend={state.pk: lambda state: None},
            )  # fmt: skip

    def judge(self, first: dt.date, last: dt.date) -> list[AttendanceDay]:
        return person_recompute(employee=self.who, first=first, last=last, now=self.now)

    def owners(self) -> dict[str, dt.date]:
        """Say by the rules alone which row each punch belongs to."""
        employee = Employee.objects.select_related("company").get(pk=self.who.pk)
        company: Company = employee.company
        around = FIRST - 5 * DAY, FIRST + (DAYS + 5) * DAY
        calendar = people.person_calendars(
            company, [employee], settings=company_settings(company), first=around[0], last=around[1]
        )[employee.pk]
        found = (calendar.occurrence_on(around[0] + n * DAY) for n in range(DAYS + 10))
        occurrences: list[Occurrence] = [item for item in found if item is not None]
        policy: Policy = calendar.policy_on(FIRST).rules
        states = people.punch_states(
            [employee.pk], since=self._instant(-1), until=self._instant(DAYS + 1)
        )[employee.pk]
        owners = windows.attribute(
            [tap_of(state) for state in states], occurrences, lambda _: self.zone, lambda _: policy
        )
        return {key: owner.date for key, owner in owners.items()}


def _rows() -> dict[dt.date, AttendanceDay]:
    return {row.date: row for row in AttendanceDay.objects.all()}


@pytest.mark.parametrize("seed", SEEDS)
def test_any_history_leaves_each_punch_in_its_one_row(world: World, seed: int) -> None:
    with company_scope(world.company):
        history = History(world, seed)
        history.happen()
        first, last = FIRST - 2 * DAY, FIRST + (DAYS + 3) * DAY
        history.judge(first, last)
        states = {
            str(key): date
            for key, date in PunchState.objects.values_list("punch__public_id", "attendance_date")
        }
        assert states == history.owners()
        counted = [(tap["key"], date) for date, row in _rows().items() for tap in row.input["taps"]]
        assert sorted(counted) == sorted(states.items())


@pytest.mark.parametrize("seed", SEEDS)
def test_any_history_judged_again_date_by_date_or_at_once_writes_nothing(
    world: World, seed: int
) -> None:
    with company_scope(world.company):
        history = History(world, seed)
        history.happen()
        first, last = FIRST - 2 * DAY, FIRST + (DAYS + 3) * DAY
        history.judge(first, last)
        states = list(PunchState.objects.order_by("id").values())
        dates = [first + n * DAY for n in range((last - first).days + 1)]
        history.random.shuffle(dates)
        assert [history.judge(date, date) for date in dates] == [[]] * len(dates)
        assert history.judge(first, last) == []
        assert list(PunchState.objects.order_by("id").values()) == states


def _verdict_of(row: AttendanceDay, now: dt.datetime) -> dict[str, object]:
    """Make the verdict again from the stored input alone."""
    verdict = judging.judge(schema.from_json(row.input), now=now)
    return {
        "status": verdict.status.value if verdict.status else "",
        "code": verdict.code,
        "is_open": verdict.is_open,
        "settles_at": verdict.settles_at,
        "first_in_at": verdict.first_in_at,
        "last_out_at": verdict.last_out_at,
        "worked_minutes": verdict.worked_minutes,
        "break_minutes": verdict.break_minutes,
        "late_minutes": verdict.late_minutes,
        "early_minutes": verdict.early_minutes,
        "exceptions": [item.value for item in verdict.exceptions],
        "steps": [{"code": step.code, "values": dict(step.values)} for step in verdict.steps],
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_any_history_leaves_inputs_that_make_each_verdict_again(world: World, seed: int) -> None:
    with company_scope(world.company):
        history = History(world, seed)
        history.happen()
        history.judge(FIRST - 2 * DAY, FIRST + (DAYS + 3) * DAY)
        settled = 0
        for row in _rows().values():
            moments = [row.judged_at]
            if row.settled_at is not None:
                settled += 1
                moments.append(row.settles_at + 400 * DAY)
            for now in moments:
                again = _verdict_of(row, now)
                assert again == {name: getattr(row, name) for name in again}
            assert schema.to_json(schema.from_json(row.input)) == row.input
    assert settled > DAYS


@pytest.mark.parametrize("seed", SEEDS)
def test_any_history_judged_anew_by_the_same_settings_is_the_same(world: World, seed: int) -> None:
    """Whatever order things arrived in, settled days stand as they would be judged today."""
    with company_scope(world.company):
        history = History(world, seed)
        history.happen()
        first, last = FIRST - 2 * DAY, FIRST + (DAYS + 3) * DAY
        history.judge(first, last)
        who = Employee.objects.filter(pk=world.maya.pk)
        seen = recompute.recompute_preview(
            company=who.get().company, employees=who, first=first, last=last, now=history.now,
            by=world.hr,
        )  # fmt: skip
        assert seen.shown == []
        assert seen.days == 0
