"""What visitors of a careers page ask: told to HR, answered by mail, published."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from companies import outbox, services
from companies.career_errors import (
    NotAnsweredYet,
)
from companies.errors import (
    InvalidTransition,
    NotAllowed,
    TooMany,
    WordsMissing,
)
from companies.models import (
    AuditEvent,
    OutboxMessage,
    VisitorQuestion,
)
from companies.scoping import company_scope
from companies.services import visitor_questions
from tests.attendance.world import World, make_world
from tests.companies.careers_world import (
    DAYS,
    NOW,
    files_in,
    mails,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    files_in(settings, tmp_path)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    world = make_world()
    with company_scope(world.company):
        yield world


# --- visitors ---------------------------------------------------------------------------------
def _ask(world: World, **columns: Any) -> VisitorQuestion:
    wanted: dict[str, Any] = {
        "token": uuid.uuid4(), "opening": None, "name": "Bina", "email": "bina@post.example",
        "question": " Is there tea? ", "locale": "en", "client": "192.0.2.1", "now": NOW,
    } | columns  # fmt: skip
    services.visitor_ask(company=world.company, **wanted)
    found: VisitorQuestion = VisitorQuestion.objects.get(token=wanted["token"])
    return found


def test_a_question_reaches_hr_and_no_mail_goes_to_its_address(world: World) -> None:
    row = _ask(world)
    assert (row.question, row.purge_at) == ("Is there tea?", NOW + 90 * DAYS)
    assert _ask(world, token=row.token, question="Another?").pk == row.pk
    (mail,) = OutboxMessage.objects.all()
    assert (mail.to, mail.values["what"]) == ("hari@kettle.example", "question")
    assert str(row) == f"2026-03-04 · {row.public_id.hex[-6:].upper()}"


def test_of_two_taps_at_once_hr_is_told_of_the_first(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = uuid.uuid4()

    def other_tap(*_args: Any) -> None:
        monkeypatch.undo()
        _ask(world, token=token)

    monkeypatch.setattr(visitor_questions, "count_of_strangers", other_tap)
    row = _ask(world, token=token)
    (mail,) = mails("careers_news")
    assert str(row.public_id) in mail.values["link"]


def test_a_question_needs_words_and_comes_so_often(world: World) -> None:
    with pytest.raises(WordsMissing):
        _ask(world, question=" ")
    with pytest.raises(ValidationError):
        _ask(world, name="http://spam.example")
    for number in range(3):
        _ask(world, client=f"c{number}")
    with pytest.raises(TooMany):
        _ask(world, client="c9", email="BINA@post.example")


def test_hr_answers_once_and_publishes_in_other_words(world: World) -> None:
    row, by = _ask(world), world.hr
    publish = {"question": row, "words": " Tea? ", "answer": " Always. ", "position": 3, "by": by}
    with pytest.raises(NotAnsweredYet):
        services.visitor_publish(**publish)
    with pytest.raises(WordsMissing):
        services.visitor_answer(question=row, answer=" ", by=by, now=NOW)
    done = services.visitor_answer(question=row, answer=" Yes. ", by=by, now=NOW + DAYS)
    assert (done.answer, done.answered_by_name, done.purge_at) == ("Yes.", "Hari", NOW + 91 * DAYS)
    with pytest.raises(InvalidTransition):
        services.visitor_answer(question=row, answer="No.", by=by, now=NOW)
    outbox.drain()
    assert [mail.state for mail in mails("visitor_answered")] == ["sent"]
    for wrong in ({"words": " "}, {"answer": " "}):
        with pytest.raises(WordsMissing):
            services.visitor_publish(**publish | wrong)
    for position in (3, 4):
        services.visitor_publish(**publish | {"position": position})
    row.refresh_from_db()
    assert (row.is_published, row.public_question, row.answer) == (True, "Tea?", "Always.")
    services.visitor_unpublish(question=row, by=by)
    with pytest.raises(InvalidTransition):
        services.visitor_unpublish(question=row, by=by)
    told = AuditEvent.objects.filter(verb="visitor_question_published").order_by("pk")
    assert [event.changes.get("position") for event in told] == [[None, 3], [3, 4]]
    with pytest.raises(NotAllowed):
        services.visitor_answer(question=row, answer="x", by=world.actor(world.maya), now=NOW)
