"""Companies that are costly to make: made once for a module, each test's own changes undone."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from attendance.selectors import settings as settings_cache
from attendance.services import face_roster
from companies.selectors import second_factors
from leave import terms


def forget() -> None:
    """Forget what this process keeps of companies' settings.

    What was remembered of a revision that is undone would be taken for the next one's.
    """
    for kept in (settings_cache, face_roster, second_factors, terms):
        kept._cache.clear()


def kept(build: Callable[[], Any]) -> Any:
    """Return a fixture of a module: what `build` makes, in a transaction around all its tests.

    A test's own transaction nests in it, so no test of the module may commit.
    """

    @pytest.fixture(scope="module")
    def made(
        request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
    ) -> Iterator[Any]:
        for item in request.session.items:
            if item.path == request.path:
                assert not _commits(item), f"{item.nodeid} commits: put it into another module"
        around = transaction.atomic()
        with django_db_blocker.unblock():
            around.__enter__()
            found = build()
        yield found
        with django_db_blocker.unblock():
            transaction.set_rollback(True)
            around.__exit__(None, None, None)

    return made


def _commits(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db")
    return "transactional_db" in getattr(item, "fixturenames", ()) or bool(
        marked and (marked.kwargs.get("transaction") or marked.args[:1] == (True,))
    )


def own(found: Any) -> Any:
    """Return a test's own objects of what is kept; the process remembers nothing of it."""
    forget()
    return copy.deepcopy(found)
