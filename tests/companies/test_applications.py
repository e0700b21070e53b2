"""Applications at HR: moved, asked, refused, answered, taken back; and who may do it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine

from companies import outbox, permissions, services
from companies.actor import Actor
from companies.career_errors import (
    ApplicationGone,
    ApplicationMovesNot,
    SentFilesTooMany,
)
from companies.enums import ApplicationStage, QuestionKind
from companies.errors import (
    InvalidTransition,
    NotAllowed,
    ReasonMissing,
    WordsMissing,
)
from companies.models import (
    Application,
    ApplicationAnswer,
    ApplicationEvent,
    ApplicationFile,
    AuditEvent,
    Opening,
)
from companies.scoping import company_scope
from companies.services import applications
from companies.services.applications import CANDIDATE, Given
from integrations.errors import Rejected
from tests.attendance.world import World, at, make_world
from tests.companies.careers_world import (
    NOW,
    actors,
    at_stage,
    confirmed,
    events_of,
    files_in,
    kept_files,
    mails,
    new_file,
    opening_of,
    page_on,
    question_of,
    send,
    verbs,
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


@pytest.fixture
def opening(world: World) -> Opening:
    page_on(world)
    return opening_of(world)


# --- stages -----------------------------------------------------------------------------------
S = ApplicationStage
MOVES = {
    S.ASKED: "new",
    S.NEW: "review interview offer accepted rejected withdrawn",
    S.REVIEW: "interview offer accepted rejected withdrawn",
    S.INTERVIEW: "review offer accepted rejected withdrawn",
    S.OFFER: "review interview accepted rejected withdrawn",
    S.ACCEPTED: "review rejected withdrawn",
    S.REJECTED: "review withdrawn",
    S.WITHDRAWN: "",
}


def test_the_table_of_stages() -> None:
    assert {stage: frozenset(words.split()) for stage, words in MOVES.items()} == {
        S(stage): moves for stage, moves in ApplicationStage.moves.items()
    }


def _deed(stage: S, row: Application, by: Actor) -> Callable[[], Any]:
    common = {"application": row, "by": by, "now": NOW}
    if stage == S.REJECTED:
        return lambda: services.application_reject(reason="No.", **common)
    if stage == S.WITHDRAWN:
        return lambda: services.application_withdraw(**common)
    return lambda: services.application_move(stage=stage, **common)


@pytest.mark.parametrize("start", S)
def test_an_application_moves_by_the_table_and_no_other_way(
    world: World, opening: Opening, start: S
) -> None:
    for stage in S:
        gone = {"name": "", "email": "", "erased_at": NOW} if start == S.WITHDRAWN else {}
        row = at_stage(opening, start, **gone)
        # Confirming is the candidate's; withdrawing again changes nothing.
        may = stage.value in MOVES[start].split() and start != S.ASKED
        is_again = start == stage == S.WITHDRAWN
        if may or is_again:
            _deed(stage, row, world.hr)()
            row.refresh_from_db()
            assert row.stage == stage
        else:
            with pytest.raises((ApplicationMovesNot, ApplicationGone, NotAllowed)):
                _deed(stage, row, world.hr)()
            row.refresh_from_db()
            assert row.stage == start


def test_what_hr_writes_is_read_by_mail_and_a_hidden_move_by_nobody(
    world: World, opening: Opening
) -> None:
    row, move = confirmed(opening), services.application_move
    common = {"application": row, "by": world.hr, "now": NOW}
    move(stage=S.REVIEW, **common)
    move(stage=S.OFFER, words="Soon.", is_shown=False, **common)
    assert mails("application_moved") == []
    event = move(stage=S.INTERVIEW, words=" Come on Friday. ", **common)
    assert [mail.values["event"] for mail in mails("application_moved")] == [str(event.public_id)]
    shown = ApplicationEvent.objects.filter(application=row).values_list("stage", "is_shown")
    assert list(shown) == [("new", True), ("review", True), ("offer", False), ("interview", True)]
    done = move(stage=S.ACCEPTED, is_shown=False, **common)
    assert (done.is_shown, len(mails("application_moved"))) == (True, 2)
    assert AuditEvent.objects.filter(verb="application_moved").count() == 4


@pytest.mark.parametrize(
    ("months", "begins", "ends"),
    [
        (6, "2026-03-04 12:00", "2026-09-04 12:00"),
        (6, "2026-08-31 12:00", "2027-02-28 12:00"),
        (24, "2026-12-31 12:00", "2028-12-31 12:00"),
        (1, "2026-12-15 12:00", "2027-01-15 12:00"),
    ],
)
def test_it_goes_so_many_months_after_the_decision(
    world: World, opening: Opening, months: int, begins: str, ends: str
) -> None:
    row = at_stage(opening, S.NEW, kept_months=months)
    services.application_reject(application=row, reason="No.", by=world.hr, now=at(begins))
    row.refresh_from_db()
    assert (row.purge_at, row.reason) == (at(ends), "No.")
    services.application_move(application=row, stage=S.REVIEW, by=world.hr, now=at(begins))
    row.refresh_from_db()
    assert (row.purge_at, row.reason) == (None, "")


def test_refusing_needs_a_reason_which_stays_with_hr(world: World, opening: Opening) -> None:
    row = confirmed(opening)
    with pytest.raises(ReasonMissing):
        services.application_reject(application=row, reason=" ", by=world.hr, now=NOW)
    services.application_reject(
        application=row, reason="Too early.", words="Not now.", by=world.hr, now=NOW
    )
    outbox.drain()
    assert [mail.state for mail in mails("application_moved")] == ["sent"]
    assert events_of(row)[-1] == ("moved", "rejected", "Not now.")
    assert "Too early." not in str(AuditEvent.objects.get(verb="application_moved").__dict__)


# --- asking and answering ---------------------------------------------------------------------
def test_hr_asks_and_the_candidate_answers_once(world: World, opening: Opening) -> None:
    row = confirmed(opening)
    with pytest.raises(WordsMissing):
        services.application_ask(application=row, question=" ", by=world.hr, now=NOW)
    asked = services.application_ask(application=row, question=" When? ", by=world.hr, now=NOW)
    assert len(mails("application_asked")) == 1
    with pytest.raises(WordsMissing):
        services.application_answer(question=asked, answer=" ", file=None, now=NOW)
    made = services.application_answer(question=asked, answer="Friday.", file=new_file(), now=NOW)
    assert (made.answers, made.words, kept_files()) == (asked, "Friday.", 1)
    for question in (asked, made):
        with pytest.raises(InvalidTransition):
            services.application_answer(question=question, answer="Again", file=None, now=NOW)
    assert [mail.values["what"] for mail in mails("careers_news")] == ["application", "answer"]
    second = services.application_ask(application=row, question="Why?", by=world.hr, now=NOW)
    services.application_answer(question=second, answer="", file=new_file(), now=NOW)
    assert verbs("application") == [
        ("application_confirmed", ""), ("application_asked", "Hari"), ("application_answered", ""),
        ("application_asked", "Hari"), ("application_answered", ""),
    ]  # fmt: skip


def test_a_candidate_sends_so_many_files(
    world: World, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applications, "MOST_FILES", 1)
    row = confirmed(opening)
    asked = [
        services.application_ask(application=row, question="When?", by=world.hr, now=NOW)
        for _n in range(2)
    ]
    services.application_answer(question=asked[0], answer="", file=new_file(), now=NOW)
    with pytest.raises(SentFilesTooMany, match="You have sent 1 files already"):
        services.application_answer(question=asked[1], answer="", file=new_file(), now=NOW)
    services.application_answer(question=asked[1], answer="Words.", file=None, now=NOW)


def test_nothing_is_asked_or_answered_of_what_is_decided_or_gone(
    world: World, opening: Opening
) -> None:
    row = confirmed(opening)
    asked = services.application_ask(application=row, question="When?", by=world.hr, now=NOW)
    services.application_reject(application=row, reason="No.", by=world.hr, now=NOW)
    with pytest.raises(ApplicationMovesNot):
        services.application_ask(application=row, question="When?", by=world.hr, now=NOW)
    later = at("2026-09-04 12:00")
    with pytest.raises(ApplicationGone):
        services.application_answer(question=asked, answer="Now.", file=None, now=later)
    with pytest.raises(ApplicationGone):
        services.application_move(application=row, stage=S.REVIEW, by=world.hr, now=later)


# --- who may ----------------------------------------------------------------------------------
def test_who_decides_and_who_takes_files(world: World, opening: Opening) -> None:
    row = confirmed(opening)
    may = {
        name: (
            permissions.can_decide_application(actor, row),
            permissions.can_see_application_file(actor, row),
        )
        for name, actor in actors(world).items()
    }
    assert may == {
        "hr": (True, True), "admin": (True, True), "auditor": (False, True),
        "manager": (False, False), "employee": (False, False), "operator": (False, False),
        "outside": (False, False),
    }  # fmt: skip


def test_nobody_decides_about_their_own_application(world: World, opening: Opening) -> None:
    row = confirmed(opening, email="Hari@Kettle.example")
    assert not permissions.can_decide_application(world.hr, row)
    assert permissions.can_decide_application(replace(world.hr, user=None), row)
    deeds = (
        lambda: services.application_move(application=row, stage=S.OFFER, by=world.hr, now=NOW),
        lambda: services.application_withdraw(application=row, by=world.hr, now=NOW),
        lambda: services.application_reject(application=row, reason="x", by=world.hr, now=NOW),
        lambda: services.application_ask(application=row, question="?", by=world.hr, now=NOW),
    )
    for deed in deeds:
        with pytest.raises(NotAllowed):
            deed()


def test_a_look_at_a_file_is_written_down(world: World, opening: Opening) -> None:
    question = question_of(opening, QuestionKind.FILE)
    row = confirmed(opening, Given(question, file=new_file()))
    file = ApplicationFile.objects.select_related("application__opening").get()
    services.application_file_look(file=file, by=world.hr)
    event = AuditEvent.objects.get(verb="application_file_taken")
    assert (event.actor_name, event.changes) == ("Hari", {"file": [None, file.sha256]})
    with pytest.raises(NotAllowed):
        services.application_file_look(file=file, by=world.actor(world.maya))
    assert str(file) == f"{row} · 2026-03-04"


# --- taking back ------------------------------------------------------------------------------
def test_who_withdraws_leaves_the_count_alone(
    world: World, opening: Opening, django_capture_on_commit_callbacks: Any
) -> None:
    question = question_of(opening, QuestionKind.FILE)
    row = confirmed(opening, Given(question, file=new_file()))
    asked = services.application_ask(application=row, question="When?", by=world.hr, now=NOW)
    services.application_answer(question=asked, answer="Friday.", file=new_file(), now=NOW)
    assert kept_files() == 2
    with django_capture_on_commit_callbacks(execute=True):
        services.application_withdraw(application=row, by=CANDIDATE, now=NOW)
        services.application_withdraw(application=row, by=CANDIDATE, now=NOW)
    row.refresh_from_db()
    assert (row.stage, row.name, row.email, row.phone) == ("withdrawn", "", "", "")
    assert row.erased_at == NOW
    assert kept_files() == 0
    for model in (ApplicationAnswer, ApplicationEvent, ApplicationFile):
        assert not model.objects.exists()
    assert verbs("application")[-1] == ("application_withdrawn", "")
    # They may come again; mails that wait for who is gone are given up.
    confirmed(opening, Given(question, file=new_file()))
    outbox.drain()
    assert [mail.state for mail in mails("application_asked")] == ["failed"]


def test_no_message_keeps_the_address_of_who_is_gone(world: World, opening: Opening) -> None:
    row, other = confirmed(opening), confirmed(opening, email="bina@yak.example")
    services.application_ask(application=row, question="When?", by=world.hr, now=NOW)
    outbox.drain()
    with pytest.raises(Application.DoesNotExist):
        send(opening)
    services.application_move(
        application=row, stage=S.REVIEW, words="Soon.", by=world.hr, now=NOW
    )  # fmt: skip
    services.application_withdraw(application=row, by=CANDIDATE, now=NOW)
    kinds = ("application_asked", "application_again", "application_moved")
    assert {mail.to for kind in kinds for mail in mails(kind)} == {""}
    assert {mail.to for mail in mails("application_confirm")} == {"", other.email}
    outbox.drain()
    assert [mail.state for mail in mails("application_moved")] == ["failed"]


def test_a_mail_about_what_is_gone_is_given_up(opening: Opening) -> None:
    prepare = outbox.PREPARE["companies/email/application_confirm"]
    with pytest.raises(Rejected, match="application_gone"):
        prepare({"application": str(uuid.uuid4())})
    with pytest.raises(Rejected, match="question_gone"):
        outbox.PREPARE["companies/email/visitor_answered"]({"question": str(uuid.uuid4())})


def test_what_is_not_confirmed_is_nobodys_to_withdraw(opening: Opening) -> None:
    row = send(opening)
    with pytest.raises(ApplicationMovesNot, match="Address not confirmed"):
        services.application_withdraw(application=row, by=CANDIDATE, now=NOW)
