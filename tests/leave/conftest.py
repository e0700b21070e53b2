"""Fixtures of leave."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine

from companies.scoping import company_scope
from tests.attendance.conftest import photos_folder
from tests.leave.world import NOW, Leave, make_leave

__all__ = ["photos_folder"]


@pytest.fixture
def leave(db: None) -> Iterator[Leave]:
    """A company with annual leave, in its open scope, on a Monday at noon."""
    with time_machine.travel(NOW, tick=False):
        made = make_leave()
        with company_scope(made.world.company):
            yield made
