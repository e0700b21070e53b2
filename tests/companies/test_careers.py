"""The careers page, its openings, and applications as they are sent and confirmed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from companies import permissions, selectors, services
from companies.career_errors import (
    AnswerMissing,
    AnswerUnfit,
    CareersOff,
    OpeningClosed,
    OpeningEmpty,
    OpeningOver,
    SentFileNotKept,
)
from companies.enums import ApplicationStage, OpeningState, QuestionKind, Role
from companies.errors import (
    InvalidTransition,
    LinkInvalid,
    NotAllowed,
    TooMany,
)
from companies.links import application_link, application_of_link
from companies.models import (
    Application,
    ApplicationAnswer,
    ApplicationFile,
    AuditEvent,
    CareersPage,
    NoticeChoice,
    Opening,
    PolicyVersion,
    ScreeningQuestion,
)
from companies.scoping import company_scope
from companies.selectors.dates import company_today
from companies.selectors.openings import openings_taking
from companies.services import applications
from companies.services.applications import CONFIRM_WITHIN, Given
from integrations.errors import Unavailable
from tests.attendance.world import World, make_world
from tests.companies.careers_world import (
    DAYS,
    NOW,
    actors,
    at_stage,
    confirmed,
    events_of,
    files_in,
    mails,
    new_file,
    opening_of,
    page_on,
    question_of,
    send,
    verbs,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 4)


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


# --- the page and its openings ----------------------------------------------------------------
def test_hr_switches_the_page_on_and_off(world: World) -> None:
    set_page = {"company": world.company, "by": world.hr, "kept_months": 3}
    services.careers_page_set(is_on=True, intro=" Tea. ", **set_page)
    services.careers_page_set(is_on=True, intro="Tea.", **set_page)
    row = services.careers_page_set(is_on=False, intro="Tea.", **set_page)
    assert CareersPage.objects.get() == row
    assert (row.is_on, row.intro, row.kept_months) == (False, "Tea.", 3)
    events = AuditEvent.objects.filter(verb="careers_page_set").order_by("pk")
    assert [event.changes["is_on"] for event in events] == [[None, True], [True, False]]
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        services.careers_page_set(is_on=True, intro="", **set_page | {"kept_months": 0})


def test_what_everybody_reads_keeps_its_description(world: World) -> None:
    row = opening_of(world, description=" ")
    with pytest.raises(ValidationError, match="Everybody reads this opening."):
        row.full_clean()
    for state in ("draft", "closed"):
        row.state = state
        row.full_clean()


def test_only_hr_manages_careers(world: World) -> None:
    row = opening_of(world)
    other = make_world("third")
    for name, actor in actors(world).items():
        assert permissions.can_manage_careers(actor, row) == (name in ("hr", "admin")), name
    for actor in (world.actor(world.maya, Role.AUDITOR), other.hr):
        with pytest.raises(NotAllowed):
            services.careers_page_set(
                company=world.company, is_on=True, intro="", kept_months=6, by=actor
            )
        with pytest.raises(NotAllowed):
            services.opening_publish(opening=row, by=actor, now=NOW)
        with pytest.raises(NotAllowed):
            services.opening_close(opening=row, by=actor)


def test_an_opening_is_published_and_closed(world: World) -> None:
    page_on(world)
    row = opening_of(world, state="draft")
    with pytest.raises(InvalidTransition):
        services.opening_close(opening=row, by=world.hr)
    assert services.opening_publish(opening=row, by=world.hr, now=NOW).state == "published"
    with pytest.raises(InvalidTransition):
        services.opening_publish(opening=row, by=world.hr, now=NOW)
    assert services.opening_close(opening=row, by=world.hr).state == "closed"
    assert services.opening_publish(opening=row, by=world.hr, now=NOW).state == "published"
    assert verbs("opening") == [
        ("opening_published", "Hari"), ("opening_closed", "Hari"), ("opening_published", "Hari"),
    ]  # fmt: skip


def test_what_says_nothing_or_is_over_is_not_published(world: World) -> None:
    page = page_on(world, is_on=False)
    empty = opening_of(world, state="draft", description=" ")
    over = opening_of(world, state="draft", closes_on=TODAY - DAYS)
    with pytest.raises(CareersOff):
        services.opening_publish(opening=over, by=world.hr, now=NOW)
    page.is_on = True
    page.save()
    for row, error in ((empty, OpeningEmpty), (over, OpeningOver)):
        with pytest.raises(error):
            services.opening_publish(opening=row, by=world.hr, now=NOW)
    assert not Opening.objects.filter(state=OpeningState.PUBLISHED).exists()


@pytest.mark.parametrize(
    ("columns", "is_taking"),
    [
        ({}, True),
        ({"opens_on": TODAY, "closes_on": TODAY}, True),
        ({"opens_on": TODAY + DAYS}, False),
        ({"closes_on": TODAY - DAYS}, False),
        ({"state": OpeningState.DRAFT}, False),
        ({"state": OpeningState.CLOSED}, False),
    ],
)
def test_an_opening_takes_applications_on_its_dates(
    world: World, columns: dict[str, Any], is_taking: bool
) -> None:
    row = opening_of(world, **columns)
    assert row.takes(TODAY) == is_taking
    assert list(openings_taking(TODAY)) == ([row] if is_taking else [])


def test_dates_are_those_of_the_companys_zone(world: World) -> None:
    evening = dt.datetime(2026, 3, 4, 19, 0, tzinfo=dt.UTC)
    assert company_today(world.company, evening) == dt.date(2026, 3, 5)
    with company_scope(make_world("other").company):
        pass
    assert PolicyVersion.objects.count() == 1
    before = dt.datetime(2025, 3, 4, 19, 0, tzinfo=dt.UTC)
    assert company_today(world.company, before) == dt.date(2025, 3, 4)


@pytest.mark.parametrize(
    ("has_office", "is_remote", "words"),
    [(True, False, "Kathmandu"), (True, True, "Kathmandu or remote"), (False, True, "Remote"),
     (False, False, "")],
)  # fmt: skip
def test_where_the_work_is_done(
    world: World, has_office: bool, is_remote: bool, words: str
) -> None:
    office = world.office if has_office else None
    assert opening_of(world, office=office, is_remote=is_remote).place == words


def test_a_choice_has_answers_and_nothing_else_has(world: World) -> None:
    opening = opening_of(world)
    question = question_of(opening, QuestionKind.CHOICE, choices=" Morning \n\nEvening\nMorning")
    assert question.options == ["Morning", "Evening"]
    question.choices = "Morning\nMorning"
    with pytest.raises(ValidationError, match="Write two answers at least and 30 at most"):
        question.clean()
    question.kind = QuestionKind.TEXT
    question.clean()
    assert (question.choices, str(question)) == ("", "What choice?")


# --- sending ----------------------------------------------------------------------------------
def test_nobody_reads_an_application_before_its_address_is_confirmed(
    world: World, opening: Opening
) -> None:
    question = question_of(opening, QuestionKind.TEXT)
    row = send(opening, Given(question, "It is warm."), name=" Nima ", email=" n@yak.example ")
    assert (row.stage, row.name, row.email) == (ApplicationStage.ASKED, "Nima", "n@yak.example")
    assert row.purge_at == NOW + CONFIRM_WITHIN == NOW + 2 * DAYS
    assert list(selectors.applications(NOW)) == []
    (mail,) = mails("application_confirm")
    assert (mail.to, mail.values) == ("n@yak.example", {"application": str(row.public_id)})
    assert mails("careers_news") == []
    assert verbs("application") == []


def test_a_form_sent_twice_is_one(world: World, opening: Opening) -> None:
    token = uuid.uuid4()
    first = send(opening, token=token)
    assert send(opening, token=token, name="Another").pk == first.pk
    assert Application.objects.get().name == "Nima Sherpa"
    # Of two taps at once the second one finds the first one's row.
    later = Application(
        company=world.company, opening=opening, token=token, name="X", email="x@yak.example",
        consent_version=1, kept_months=6, asked_at=NOW, moved_at=NOW,
    )  # fmt: skip
    applications._keep(later, [], NOW)
    assert Application.objects.count() == 1
    assert len(mails("application_confirm")) == 1


def test_who_has_applied_gets_the_link_again_and_the_form_says_nothing(
    world: World, opening: Opening
) -> None:
    row = confirmed(opening)
    token = uuid.uuid4()
    services.application_send(
        opening=opening, token=token, name="Nima", email="NIMA@yak.example", phone="",
        locale="en", consent_version=1, is_kept_longer=False, answers=[], client="192.0.2.9",
        now=NOW,
    )  # fmt: skip
    assert Application.objects.get() == row
    (mail,) = mails("application_again")
    assert (mail.to, mail.values) == (row.email, {"application": str(row.public_id)})
    second = opening_of(world, title="Roaster")
    assert confirmed(second).opening == second


def test_what_is_closed_takes_nothing(world: World, opening: Opening) -> None:
    services.opening_close(opening=opening, by=world.hr)
    opening.refresh_from_db()
    with pytest.raises(OpeningClosed):
        send(opening)
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"name": "See www.spam.example"}, "name"),
        ({"name": " "}, None),
        ({"email": "nobody"}, "email"),
        ({"phone": "9" * 41}, "phone"),
    ],
)
def test_what_cannot_be_is_said_by_field(
    opening: Opening, columns: dict[str, Any], field: str | None
) -> None:
    if field is None:
        # The form asks for a name; a row without one is what is left of who withdrew.
        assert send(opening, **columns).name == ""
        return
    with pytest.raises(ValidationError) as found:
        send(opening, **columns)
    assert list(found.value.message_dict) == [field]
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("kind", "text", "is_fit"),
    [
        (QuestionKind.TEXT, "x" * 4000, True),
        (QuestionKind.TEXT, "x" * 4001, False),
        (QuestionKind.CHOICE, "Morning", True),
        (QuestionKind.CHOICE, "Noon", False),
        (QuestionKind.NUMBER, "0", True),
        (QuestionKind.NUMBER, "50", True),
        (QuestionKind.NUMBER, "50.5", False),
        (QuestionKind.NUMBER, "-1", False),
        (QuestionKind.NUMBER, "nan", False),
        (QuestionKind.NUMBER, "many", False),
    ],
)
def test_an_answer_fits_its_question(
    opening: Opening, kind: QuestionKind, text: str, is_fit: bool
) -> None:
    question = question_of(opening, kind)
    if not is_fit:
        with pytest.raises(AnswerUnfit, match="This answer does not fit: What"):
            send(opening, Given(question, text))
        assert not Application.objects.exists()
        return
    row = send(opening, Given(question, text))
    (answer,) = ApplicationAnswer.objects.filter(application=row)
    assert (answer.question, answer.kind, answer.text) == (question.words, kind, text)


def test_a_number_without_limits_takes_any(opening: Opening) -> None:
    question = question_of(opening, QuestionKind.NUMBER, least=None, most=None)
    send(opening, Given(question, "-1000"))


def test_what_must_be_answered_is(opening: Opening) -> None:
    question_of(opening, QuestionKind.TEXT, is_required=False)
    needed = question_of(opening, QuestionKind.FILE, words="A letter, please.")
    for answers in ([], [Given(needed)]):
        with pytest.raises(AnswerMissing, match="not answered yet: A letter, please."):
            send(opening, *answers)
    send(opening, Given(needed, file=new_file()))


def test_an_answer_keeps_the_question_as_it_was(opening: Opening) -> None:
    question = question_of(opening, QuestionKind.NUMBER)
    row = send(opening, Given(question, "3"))
    ScreeningQuestion.objects.update(words="Another?", unit="months")
    question.delete()
    (answer,) = ApplicationAnswer.objects.filter(application=row)
    assert (answer.question, answer.text, answer.unit) == ("What number?", "3", "years")


def test_limits_of_an_address_and_of_a_client(opening: Opening) -> None:
    for number in range(applications.APPLICATIONS_OF_AN_ADDRESS):
        send(opening, client=f"192.0.2.{number}")
    with pytest.raises(TooMany):
        send(opening, client="192.0.2.99", email="Nima@YAK.example")
    for number in range(applications.APPLICATIONS_OF_A_CLIENT):
        send(opening, client="c", email=f"n{number}@yak.example")
    with pytest.raises(TooMany):
        send(opening, client="c", email="more@yak.example")
    send(opening, client="d", email="more@yak.example")


def test_how_long_it_is_kept_is_what_the_candidate_was_told(world: World, opening: Opening) -> None:
    assert send(opening).kept_months == 6
    assert send(opening, is_kept_longer=True).kept_months == 24
    CareersPage.objects.update(kept_months=30)
    assert send(opening, is_kept_longer=True).kept_months == 30


def test_a_file_that_cannot_be_kept_leaves_nothing(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = question_of(opening, QuestionKind.FILE)

    def full(key: str, data: bytes) -> str:
        raise Unavailable("storage_failed")

    monkeypatch.setattr("integrations.storage.put", full)
    with pytest.raises(SentFileNotKept):
        send(opening, Given(question, file=new_file()))
    assert not Application.objects.exists()
    assert not ApplicationFile.objects.exists()
    assert mails("application_confirm") == []


# --- confirming -------------------------------------------------------------------------------
def test_confirming_puts_it_before_hr_once(world: World, opening: Opening) -> None:
    row = send(opening)
    for _n in range(2):
        done = services.application_confirm(application=row, now=NOW + DAYS)
        assert (done.stage, done.confirmed_at, done.purge_at) == ("new", NOW + DAYS, None)
    assert [mail.to for mail in mails("careers_news")] == ["hari@kettle.example"]
    assert mails("careers_news")[0].values["what"] == "application"
    assert events_of(row) == [("received", "new", "")]
    assert verbs("application") == [("application_confirmed", "")]
    label = AuditEvent.objects.get(verb="application_confirmed").subject_label
    assert label == f"Barista · {row.reference}"


def test_of_two_of_an_address_the_first_confirmed_stands(opening: Opening) -> None:
    first, second = send(opening), send(opening, email="NIMA@yak.example")
    assert services.application_confirm(application=second, now=NOW).pk == second.pk
    assert services.application_confirm(application=first, now=NOW).pk == second.pk
    first.refresh_from_db()
    assert first.stage == ApplicationStage.ASKED


def test_what_had_its_days_stands_in_nobodys_way(opening: Opening) -> None:
    columns = {"email": "nima@yak.example", "purge_at": NOW}
    old = at_stage(opening, ApplicationStage.REJECTED, **columns)
    # The job comes once an hour: who applies in between is not led to a link that is over.
    row = send(opening)
    assert (mails("application_again"), len(mails("application_confirm"))) == ([], 1)
    assert services.application_confirm(application=row, now=NOW).pk == row.pk
    old.refresh_from_db()
    assert (old.stage, old.name, old.erased_at) == ("rejected", "", NOW)
    assert AuditEvent.objects.get(verb="careers_purged").changes == {"applications": [1, 0]}


def test_who_confirms_after_two_days_finds_nothing(opening: Opening) -> None:
    row = send(opening)
    with pytest.raises(LinkInvalid):
        services.application_confirm(application=row, now=NOW + CONFIRM_WITHIN)
    row.refresh_from_db()
    assert row.stage == ApplicationStage.ASKED


def test_who_of_hr_wants_no_such_mail_gets_none(world: World, opening: Opening) -> None:
    NoticeChoice.objects.create(
        company=world.company,
        user=world.hari.user,
        kind="careers_news",
        is_wanted=False,
        chosen_at=NOW,
    )
    confirmed(opening)
    assert mails("careers_news") == []


def test_a_link_is_of_one_application_and_cannot_be_made_up(opening: Opening) -> None:
    row = send(opening)
    token = application_link(row).rstrip("/").rpartition("/")[2]
    assert application_of_link(token) == row
    assert application_of_link(f"x{token}") is None
    assert application_of_link(str(row.public_id)) is None
    row.delete()
    assert application_of_link(token) is None


def test_a_link_of_a_company_that_went_opens_nothing(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = send(opening)
    token = application_link(row).rstrip("/").rpartition("/")[2]
    monkeypatch.setattr("companies.links.signing.loads", lambda *a, **k: f"{uuid.uuid4()}/x")
    assert application_of_link(token) is None
