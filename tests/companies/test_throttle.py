"""Counting uses by one statement."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from companies import throttle
from companies.models import Throttle
from tests.companies.conftest import Together

NOW = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)


def _hit(seconds: float, key: str = "k", limit: int = 2) -> bool:
    return throttle.hit(key, limit=limit, seconds=60, now=NOW + dt.timedelta(seconds=seconds))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("limit", "answers"),
    [
        (0, [False, False, False, False]),
        (1, [True, False, False, False]),
        (3, [True, True, True, False]),
    ],
)
def test_uses_within_the_limit_are_let_through(limit: int, answers: list[bool]) -> None:
    assert [_hit(second, limit=limit) for second in range(4)] == answers
    assert Throttle.objects.get().count == 4


@pytest.mark.django_db
def test_each_key_counts_for_itself() -> None:
    assert [_hit(0), _hit(1), _hit(2)] == [True, True, False]
    assert _hit(2, "other") is True


@pytest.mark.django_db
def test_a_window_starts_with_its_first_use_and_not_with_later_ones() -> None:
    assert [_hit(0), _hit(59), _hit(59.999)] == [True, True, False]
    assert [_hit(60), _hit(61), _hit(62)] == [True, True, False]
    assert [_hit(119.999), _hit(120)] == [False, True]
    row = Throttle.objects.get()
    assert (row.window_started_at, row.count) == (NOW + dt.timedelta(minutes=2), 1)


@pytest.mark.django_db
def test_a_clock_that_was_set_back_shuts_nobody_out() -> None:
    assert [_hit(86_400 + n) for n in range(3)] == [True, True, False]
    assert [_hit(n) for n in range(3)] == [True, True, False]


@pytest.mark.django_db
def test_a_clock_that_goes_back_a_little_starts_no_new_window() -> None:
    assert [_hit(60), _hit(0), _hit(1)] == [True, True, False]


@pytest.mark.django_db
def test_one_statement_counts(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for second in (0, 1):
        with django_assert_num_queries(1):
            _hit(second)


@pytest.mark.django_db
def test_a_use_in_a_transaction_that_failed_was_none() -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        _hit(0)
        raise Stop
    assert Throttle.objects.count() == 0


def test_of_uses_at_the_same_moment_none_is_lost(together: Together) -> None:
    answers = together(*[lambda: _hit(0, limit=3)] * 8)
    assert sorted(answers) == [False] * 5 + [True] * 3
    assert Throttle.objects.get().count == 8
