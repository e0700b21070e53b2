"""A month is over by the company's clocks: it is not over with UTC's."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from attendance.enums import PeriodState
from attendance.errors import PeriodHasOpenDays, PeriodNotBegun
from attendance.services import closing, closing_asks
from companies.models import Placement, PolicyVersion
from companies.scoping import company_scope
from portal import closing_pages
from tests.attendance.world import START, World, at

MARCH, APRIL = dt.date(2026, 3, 1), dt.date(2026, 4, 1)
# In Kathmandu it is April, in UTC still the last evening of March.
FAR_EAST = at("2026-04-01 01:00")
# In UTC it is April, in Los Angeles still the last afternoon of March.
FAR_WEST = dt.datetime(2026, 4, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def by_day(world: World) -> World:
    """Nobody's shift goes on over midnight."""
    with company_scope(world.company):
        Placement.objects.update(default_shift=world.day_shift)
    return world


def _page_says_over(world: World, now: dt.datetime) -> bool:
    context = closing_pages.month_context(world.company, MARCH, None, now=now, has_inbox=True)
    return bool(context["is_over"])


@pytest.mark.parametrize("most", [0, 500])
def test_a_month_is_locked_as_soon_as_it_is_over_where_the_company_is(
    by_day: World, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing_asks, "MOST_AT_ONCE", most)
    with time_machine.travel(FAR_EAST, tick=False), company_scope(by_day.company):
        assert _page_says_over(by_day, FAR_EAST)
        is_done = closing_asks.month_lock(
            company=by_day.company, starts_on=MARCH, reason="due", by=by_day.hr
        )
        assert is_done is bool(most)
        review = closing.period_review(company=by_day.company, starts_on=APRIL, by=by_day.hr)
        assert review.state == PeriodState.REVIEW


def test_a_month_is_not_over_because_it_is_for_utc(
    by_day: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody works in Kathmandu, so that no open day keeps the month."""
    with time_machine.travel(FAR_WEST, tick=False), company_scope(by_day.company):
        PolicyVersion.objects.create(
            company=by_day.company, starts_on=START, zone="America/Los_Angeles"
        )
        by_day.company.refresh_from_db()
        assert not _page_says_over(by_day, FAR_WEST)
        with pytest.raises(PeriodNotBegun):
            closing.period_review(company=by_day.company, starts_on=APRIL, by=by_day.hr)
        # Of no open day at all it is not said that so many are left.
        for most in (0, 500):
            monkeypatch.setattr(closing_asks, "MOST_AT_ONCE", most)
            with pytest.raises(PeriodHasOpenDays) as refused:
                closing_asks.month_lock(
                    company=by_day.company, starts_on=MARCH, reason="x", by=by_day.hr
                )
            assert str(refused.value) == "March 2026 is not over. Lock it after its last day."
