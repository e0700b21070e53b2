"""Regularisation: what may be asked, and what it would change."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.enums import CorrectionKind, DayStatus
from attendance.rules.corrections import (
    LONGEST,
    Days,
    Refusal,
    RefusalCode,
    Wanted,
    around,
    check_asked,
    days_asked,
    effects,
    inputs_of,
    is_offered,
)
from attendance.rules.person import Employment, PersonCalendar, Place
from attendance.rules.settings import CompanyPolicy, CompanySettings, CorrectionLimits, Steps
from attendance.rules.stretch import Stretch
from attendance.rules.types import DayInput, Mark, Owner, OwnerReason, Policy
from tests.attendance.rules.build import (
    DATE,
    DAY_OFF,
    ZONE,
    at,
    day,
    duty,
    home,
    leave,
    properties,
    shift,
    taps,
)

DAY = dt.timedelta(days=1)
TODAY = DATE + 3 * DAY
PUNCHES, ON_DUTY, HOME = (
    CorrectionKind.PUNCHES, CorrectionKind.ON_DUTY, CorrectionKind.WORK_FROM_HOME,
)  # fmt: skip


def _wanted(kind: CorrectionKind = PUNCHES, first: int = 0, last: int = 0, **more: Any) -> Wanted:
    return Wanted(kind=kind, first=DATE + first * DAY, last=DATE + last * DAY, **more)


def _checked(
    wanted: Wanted, *, asked: tuple[dt.date, ...] = (), in_month: int = 0, **limits: Any
) -> str:
    found = check_asked(
        wanted, CorrectionLimits(**limits), today=TODAY, asked=asked, in_month=in_month
    )
    return "" if found is None else found.code.value


@pytest.mark.parametrize(
    ("wanted", "more", "refused"),
    [
        (_wanted(), {}, ""),
        (_wanted(last=-1), {}, "range_reversed"),
        (_wanted(last=1), {}, "one_day"),
        (_wanted(CorrectionKind.MISSING_OUT, last=1), {}, "one_day"),
        (_wanted(ON_DUTY, last=1), {}, ""),
        (_wanted(ON_DUTY, first=3 - LONGEST + 1, last=3), {}, ""),
        (_wanted(ON_DUTY, first=3 - LONGEST, last=3), {}, "too_long"),
        (_wanted(first=3, last=3), {}, ""),
        (_wanted(first=4, last=4), {}, "not_yet"),
        (_wanted(HOME, first=3, last=4), {}, "not_yet"),
        (_wanted(ON_DUTY), {"offers_on_duty": False}, "not_offered"),
        (_wanted(HOME), {"offers_on_duty": False}, ""),
        (_wanted(HOME), {"offers_work_from_home": False}, "not_offered"),
        (_wanted(), {"offers_work_from_home": False, "offers_on_duty": False}, ""),
        (_wanted(), {"corrections_days_back": 3}, ""),
        (_wanted(), {"corrections_days_back": 2}, "too_far_back"),
        (_wanted(first=3, last=3), {"corrections_days_back": 0}, ""),
        (_wanted(), {"asked": (DATE,)}, "asked_already"),
        (_wanted(ON_DUTY, last=2), {"asked": (DATE + 2 * DAY,)}, "asked_already"),
        (_wanted(), {"asked": (DATE + DAY, DATE - DAY)}, ""),
        (_wanted(), {"corrections_per_month": 2, "in_month": 1}, ""),
        (_wanted(), {"corrections_per_month": 2, "in_month": 2}, "too_many"),
        (_wanted(), {"corrections_per_month": 0}, "too_many"),
    ],
)
def test_what_may_be_asked(wanted: Wanted, more: dict[str, Any], refused: str) -> None:
    assert _checked(wanted, **more) == refused


def test_a_refusal_names_its_numbers() -> None:
    limits = CorrectionLimits(corrections_days_back=2)
    assert check_asked(_wanted(), limits, today=TODAY, asked=(), in_month=0) == Refusal(
        RefusalCode.TOO_FAR_BACK, {"days": 2}
    )


def test_wrong_times_are_always_taken() -> None:
    limits = CorrectionLimits(offers_on_duty=False, offers_work_from_home=False)
    offered = [kind for kind in CorrectionKind if is_offered(kind, limits)]
    assert offered == [CorrectionKind.MISSING_OUT, PUNCHES]


# --- which days -------------------------------------------------------------------------------
def _asked(kind: CorrectionKind, *inputs: DayInput, **more: Any) -> Any:
    wanted = _wanted(kind, last=len(inputs) - 1, **more)
    days = dict(zip(wanted.dates, inputs, strict=True))
    found = days_asked(wanted, days)
    if isinstance(found, Refusal):
        return found.code.value
    return "".join("x" if date in found.dates else "-" for date in wanted.dates)


WORKED, OFF, AWAY = day("in 09:00"), day(day_kind=DAY_OFF), day(marks=(leave(),))
GONE = day(employed=False)


@pytest.mark.parametrize(
    ("kind", "inputs", "found"),
    [
        (PUNCHES, (WORKED,), "x"),
        (PUNCHES, (OFF,), "x"),
        (PUNCHES, (AWAY,), "on_leave"),
        (PUNCHES, (day(marks=(leave("am"), leave("pm"))),), "on_leave"),
        (PUNCHES, (day(marks=(leave("am"),)),), "x"),
        (PUNCHES, (day(marks=(duty(),)),), "x"),
        (PUNCHES, (GONE,), "not_employed"),
        (ON_DUTY, (WORKED, OFF, AWAY, GONE, WORKED), "x---x"),
        (ON_DUTY, (day(marks=(leave("pm"),)),), "x"),
        (ON_DUTY, (day(marks=(home("am"),)),), "x"),
        (ON_DUTY, (day(marks=(home(),)), WORKED), "-x"),
        (HOME, (day(marks=(home(),)),), "covered"),
        (HOME, (OFF,), "day_off"),
        (HOME, (OFF, AWAY), "no_day_left"),
    ],
)
def test_which_days_are_meant(
    kind: CorrectionKind, inputs: tuple[DayInput, ...], found: str
) -> None:
    assert _asked(kind, *inputs) == found


def test_days_off_are_meant_where_they_are_asked_for() -> None:
    assert _asked(ON_DUTY, WORKED, OFF, AWAY, with_days_off=True) == "xx-"


@properties
@given(
    st.lists(st.sampled_from([WORKED, OFF, AWAY, GONE]), min_size=1, max_size=8), st.booleans(),
    st.sampled_from([ON_DUTY, HOME]),
)  # fmt: skip
def test_every_date_is_meant_or_left_out_for_a_reason(
    inputs: list[DayInput], with_days_off: bool, kind: CorrectionKind
) -> None:
    wanted = _wanted(kind, last=len(inputs) - 1, with_days_off=with_days_off)
    days = dict(zip(wanted.dates, inputs, strict=True))
    found = days_asked(wanted, days)
    if isinstance(found, Refusal):
        assert WORKED not in inputs
        return
    assert isinstance(found, Days)
    assert sorted([*found.dates, *found.left_out]) == list(wanted.dates)
    assert all(days[date] not in (AWAY, GONE) for date in found.dates)


# --- what it changes --------------------------------------------------------------------------
def _stretch(*texts: str, marks: tuple[Mark, ...] = (), **more: Any) -> Stretch:
    """A week around `DATE` on the day shift, with punches by their wall times."""
    settings = CompanySettings(
        revision=1,
        policies=Steps([(dt.date(2000, 1, 1), CompanyPolicy(Policy(), ZONE, {"sun": "all"}))]),
        patterns={"Day": Steps([(dt.date(2000, 1, 1), shift())])},
        offices={},
        calendar={},
    )
    calendar = PersonCalendar(
        employment=Employment(joined_on=dt.date(2026, 1, 1)),
        settings=settings,
        places=Steps([(dt.date(2026, 1, 1), Place(default_shift_id="Day"))]),
        marks={DATE: marks},
    )
    return Stretch(calendar, DATE - DAY, DATE + DAY, taps=taps(*texts), **more)


def _effects(stretch: Stretch, wanted: Wanted, *concerned: dt.date) -> list[tuple[Any, ...]]:
    found = effects(stretch, wanted, concerned or (DATE,), now=at("+2 12:00"))
    return [
        (item.date.day, _said(item.before), _said(item.after), item.is_change) for item in found
    ]


def _said(verdict: Any) -> str:
    return f"{verdict.status.value if verdict.status else '-'} {verdict.worked_minutes}"


def test_added_punches_change_their_day() -> None:
    stretch = _stretch("in 09:00")
    assert _effects(stretch, _wanted(added=taps("out 17:00"))) == [(2, "INC 0", "P 480", True)]
    assert [tap.key for tap in stretch.taps] == ["in 09:00"]


def test_voided_punches_leave_their_day() -> None:
    stretch = _stretch("in 09:00", "out 17:00", "in 18:00")
    wanted = _wanted(voided=frozenset({"in 18:00"}))
    assert _effects(stretch, wanted) == [(2, "INC 480", "P 480", True)]


def test_a_settled_punch_that_is_taken_out_counts_nowhere() -> None:
    stretch = _stretch("in 09:00", "out 17:00")
    near = around(stretch, _wanted())
    stretch.kept = {DATE: inputs_of(near)[DATE]}
    stretch.fixed = {
        key: Owner(DATE, DATE, OwnerReason.IN_WINDOW) for key in ("in 09:00", "out 17:00")
    }
    wanted = _wanted(voided=frozenset({"out 17:00"}), added=taps("out 16:00"))
    assert _effects(stretch, wanted) == [(2, "P 480", "P 420", True)]


def test_a_day_that_stays_as_it_is_is_shown_too() -> None:
    stretch = _stretch("in 09:00", "out 17:00")
    wanted = _wanted(voided=frozenset({"out 17:00"}), added=taps("out 17:00"))
    assert _effects(stretch, wanted) == [(2, "P 480", "P 480", False)]


def test_another_day_that_changes_is_shown() -> None:
    stretch = _stretch("in 09:00", "out 17:00")
    wanted = _wanted(added=taps("in +1 09:00", "out +1 17:00"))
    assert _effects(stretch, wanted) == [(2, "P 480", "P 480", False), (3, "A 0", "P 480", True)]


@pytest.mark.parametrize(
    ("kind", "status"), [(ON_DUTY, "OD"), (HOME, "WFH")], ids=["on duty", "work from home"]
)
def test_a_covered_day_counts_as_present(kind: CorrectionKind, status: str) -> None:
    assert _effects(_stretch(), _wanted(kind)) == [(2, "A 0", f"{status} 0", True)]


def test_half_a_day_of_leave_stays_leave() -> None:
    stretch = _stretch(marks=(leave("am"),))
    (found,) = effects(stretch, _wanted(ON_DUTY), (DATE,), now=at("+2 12:00"))
    assert (found.after.status, found.after.code) == (DayStatus.HALF_DAY, "½CL·½OD")


@properties
@given(st.sets(st.sampled_from(["in 09:00", "out 12:00", "in 13:00", "out 17:00"])))
def test_taking_out_and_adding_the_same_changes_nothing(texts: set[str]) -> None:
    stretch = _stretch(*sorted(texts))
    wanted = _wanted(voided=frozenset(texts), added=taps(*sorted(texts)))
    assert all(not changed for _day, _was, _is, changed in _effects(stretch, wanted))
