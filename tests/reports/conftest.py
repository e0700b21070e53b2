"""Fixtures of reports: the golden month, and clients of the people in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from tests.reports.golden import NOW, Golden, make_golden


@pytest.fixture
def golden(db: None) -> Iterator[Golden]:
    """A month with every kind of day, two days after its end."""
    with time_machine.travel(NOW, tick=False):
        yield make_golden()
