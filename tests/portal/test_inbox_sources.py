"""Another app's decisions join the inbox by their name alone."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

import pytest
from django.db.models import QuerySet

from attendance.enums import MarkKind
from attendance.models import DayMark
from attendance.services import marks
from companies.actor import Actor
from companies.errors import TooMany
from companies.inbox import Answer, Decided, Entry, lines
from companies.models import Employee
from companies.scoping import company_scope
from portal import inbox as listed
from tests.attendance.conftest import engine, enrol, photos_folder, world
from tests.attendance.world import World
from tests.portal.inboxes import client_of, noon, said

__all__ = ["engine", "enrol", "noon", "photos_folder", "world"]


class Marks:
    """Days away that somebody asks for."""

    kind = "mark"

    def waiting(self, actor: Actor, *, team: Any) -> QuerySet[Any]:
        return lines(DayMark.objects.all(), self.kind, since="created_at")

    def entries(self, actor: Actor, ids: Collection[uuid.UUID], *, now: dt.datetime) -> list[Entry]:
        rows = DayMark.objects.filter(public_id__in=list(ids)).select_related("employee")
        return [
            Entry(
                kind=self.kind, public_id=row.public_id, name=row.employee.name, what="A day away",
                others="Bikram is away too", approve="Grant", refuse="Decline", is_bulk=False,
            )
            for row in rows
        ]  # fmt: skip

    def find(self, actor: Actor, public_id: uuid.UUID) -> Any:
        return DayMark.objects.filter(public_id=public_id).first()

    def name_of(self, found: Any) -> str:
        return str(Employee.objects.get(pk=found.employee_id).name)

    def decide(self, found: Any, answer: Answer, *, reason: str, by: Actor) -> None:
        if answer == Answer.REFUSE:
            raise TooMany

    def decided(self, actor: Actor, *, now: dt.datetime) -> list[Decided]:
        return []

    def take_back(self, found: Any, *, by: Actor) -> None:
        raise TooMany


@pytest.mark.django_db
def test_another_kind_of_decision_is_a_line_like_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed, "SOURCES", (*listed.SOURCES, f"{__name__}.Marks"))
    with company_scope(world.company):
        mark = marks.mark_add(
            employee=world.maya, date=dt.date(2026, 3, 3), kind=MarkKind.LEAVE, source_ref="t",
            by=world.hr,
        )  # fmt: skip
    hari = client_of(world.hari.user)
    page = hari.get("/inbox/")
    (entry,) = page.context["entries"]
    assert (entry.kind, entry.approve, page.context["inbox_count"]) == ("mark", "Grant", 1)
    assert "Bikram is away too" in page.text
    assert 'form="bulk"' not in page.text
    item = f"mark:{mark.public_id}"
    hari.post("/inbox/decide", {"item": item, "answer": "approve"})
    assert "Approved: Maya." in said(hari)
    hari.post("/inbox/decide", {"item": item, "answer": "refuse", "reason": "Too many"})
    assert "Maya: Too many attempts." in said(hari)
