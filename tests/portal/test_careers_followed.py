"""What follows an application: the private page, files, visitors' questions, HR's pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies import services
from companies.enums import ApplicationStage, QuestionKind
from companies.models import (
    Application,
    ApplicationEvent,
    ApplicationFile,
    AuditEvent,
    Employee,
    Opening,
    ScreeningQuestion,
    User,
    VisitorQuestion,
)
from companies.scoping import company_scope
from tests.attendance.world import World, at, make_world
from tests.companies.careers_constraints import visitor
from tests.companies.careers_world import PDF, at_stage, opening_of, question_of
from tests.http import post_once
from tests.portal.careers_pages import (
    HOME,
    NOON,
    a_file,
    apply,
    clock,
    folder,
    hr,
    hr_page,
    job,
    link_in,
    mailed,
    opening,
    page,
    row_of,
    ticket_of,
    world,
)

__all__ = ["clock", "folder", "hr", "opening", "page", "world"]
pytestmark = pytest.mark.django_db


# --- the private page -------------------------------------------------------------------------
def test_of_two_of_an_address_the_second_leads_to_the_first(
    client: Client, opening: Opening, clock: Any
) -> None:
    links = []
    for _n in range(2):
        apply(client, clock, opening)
        links.append(link_in(mailed()[1]))
    client.post(links[1])
    assert client.post(links[0])["Location"] == links[1]


def test_a_candidate_answers_what_hr_asks(
    client: Client, hr: Client, opening: Opening, page: str
) -> None:
    row = row_of(opening)
    post_once(hr, hr_page(row, "ask"), {"question": "When?"})
    assert "When?" in mailed()[1]
    with company_scope(opening.company):
        asked = str(ApplicationEvent.objects.get(step="asked").public_id)
    assert "When?" in client.get(page).text
    empty = client.post(page, {"answer_to": asked})
    assert (empty.status_code, "Write a few words first." in empty.text) == (400, True)
    wrong = client.post(page, {"answer_to": asked, "file": a_file(b"PK")})
    assert (wrong.status_code, "We take PDF, JPEG and PNG." in wrong.text) == (400, True)
    for _n in range(2):
        sent = client.post(page, {"answer_to": asked, "answer": "Friday.", "file": a_file()})
        assert sent.status_code == 302
    seen = client.get(page).text
    assert seen.count("You answered") == seen.count("With a file") == 1
    assert "Friday." in hr.get(hr_page(row)).text
    assert client.post(page, {"answer_to": "x", "answer": "?"}).status_code == 302


def test_a_move_that_is_hidden_is_not_on_the_page(
    client: Client, hr: Client, opening: Opening, page: str
) -> None:
    row = row_of(opening)
    post_once(hr, hr_page(row, "move"), {"stage": "review", "is_shown": "on"})
    post_once(hr, hr_page(row, "move"), {"stage": "offer", "words": "Soon."})
    seen = client.get(page).text
    assert ("In review: HR looks" in seen, "Offer" in seen, "Soon." in seen) == (True, False, False)
    refused = {"reason": "Too early.", "words": "Not now."}
    assert post_once(hr, hr_page(row, "reject"), refused).status_code == 302
    seen = client.get(page).text
    assert ("Decided: they do not" in seen, "Not now." in seen, "Too early." in seen) == (
        True, True, False,
    )  # fmt: skip
    assert "Too early." in hr.get(hr_page(row)).text


def test_days_are_those_of_the_companys_zone(
    client: Client, hr: Client, opening: Opening, page: str, clock: Any
) -> None:
    clock.move_to(at("2026-03-05 01:00"))
    row = row_of(opening)
    post_once(hr, hr_page(row, "ask"), {"question": "When?"})
    assert "Thu, 5 March 2026" in client.get(page).text
    assert "Hari, 5 Mar 2026" in hr.get(hr_page(row)).text
    post_once(hr, hr_page(row, "reject"), {"reason": "Too early."})
    assert "All of it is deleted on Sat, 5 September 2026." in client.get(page).text


def test_who_takes_it_back_leaves_nothing(
    client: Client, hr: Client, opening: Opening, page: str
) -> None:
    assert client.get(page).status_code == 200
    over = client.post(page, {"withdraw": "1"}, follow=True)
    assert (over.status_code, "You took your application back" in over.text) == (410, True)
    assert client.post(page, {"withdraw": "1"}).status_code == 410
    seen = hr.get(hr_page(row_of(opening))).text
    assert ("Nima" in seen, "Withdrawn" in seen) == (False, True)


def test_a_link_that_is_made_up_or_over_says_so(
    client: Client, opening: Opening, page: str
) -> None:
    made_up = client.get("/careers/application/made:up/")
    assert (made_up.status_code, "does not work any more" in made_up.text) == (410, True)
    with company_scope(opening.company):
        Application.objects.update(stage="rejected", purge_at=at(NOON))
    assert client.get(page).status_code == 410
    with company_scope(opening.company):
        Application.objects.update(purge_at=at("2026-09-04 12:00"))
    assert "All of it is deleted on Fri, 4 September 2026." in client.get(page).text


def test_who_confirms_twice_or_acts_too_late_reads_how_it_stands(
    client: Client, hr: Client, opening: Opening, page: str
) -> None:
    assert client.post(page).status_code == 302
    with company_scope(opening.company):
        row = Application.objects.get()
        row.employee_id = Employee.objects.get(code="maya").pk
        row.stage = ApplicationStage.ACCEPTED
        row.save()
    assert client.post(page, {"withdraw": "1"}).status_code == 302
    assert "Take the application back" not in client.get(page).text


# --- files ------------------------------------------------------------------------------------
def test_a_file_goes_to_hr_alone_to_be_saved_and_is_written_down(
    client: Client, hr: Client, world: World, opening: Opening, page: str
) -> None:
    with company_scope(world.company):
        file = ApplicationFile.objects.get()
    path = f"/careers/files/{file.public_id}"
    assert client.get(path)["Location"].startswith("/sign-in/")
    answer = hr.get(path)
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    reference = row_of(opening).reference
    assert answer["Content-Disposition"] == (
        f'attachment; filename="application-{reference}-{file.pk}.pdf"'
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/pdf"
    with company_scope(world.company):
        assert AuditEvent.objects.get(verb="application_file_taken").actor_name == "Hari"
    other = make_world("other")
    for user in (world.maya.user, other.hari.user):
        stranger = Client()
        stranger.force_login(user)
        assert stranger.get(path).status_code == 404
    lonely = Client()
    lonely.force_login(User.objects.create_user(email="a@b.example", name="A"))
    assert lonely.get(path).status_code == 404


def test_hr_reads_nothing_of_what_had_its_days(
    hr: Client, world: World, opening: Opening, page: str, clock: Any
) -> None:
    row = row_of(opening)
    with company_scope(world.company):
        file = ApplicationFile.objects.get()
        Application.objects.update(stage="rejected", purge_at=at(NOON))
    # The job that deletes it comes within the hour, or later where it failed.
    listed = "/admin/companies/application/"
    assert "Nima Sherpa" not in hr.get(listed).text
    assert hr.get(hr_page(row)).status_code == 302
    assert hr.get(f"/careers/files/{file.public_id}").status_code == 404
    with company_scope(world.company):
        services.application_forget(application=row, now=timezone.now())
    assert f"Deleted ({row.reference})" in hr.get(listed).text


# --- visitors ---------------------------------------------------------------------------------
def test_a_visitor_asks_hr_answers_and_others_read_it(
    client: Client, hr: Client, world: World, opening: Opening, clock: Any
) -> None:
    path = job(opening)
    ticket = ticket_of(client, path)
    clock.shift(dt.timedelta(seconds=30))
    asked = {"name": "Bina", "email": "b@post.example", "question": "Is there tea?"}
    wrong = client.post(path, {**asked, "email": "b", "ticket": ticket})
    assert (wrong.status_code, "Is there tea?" in wrong.text) == (400, True)
    assert client.post(path, {**asked, "ticket": ticket})["Location"] == f"{HOME}asked/"
    assert "Your question is with HR" in client.get(f"{HOME}asked/").text
    assert mailed("hari@kettle.example")[0] == "A visitor of your careers page asks"
    with company_scope(world.company):
        row = VisitorQuestion.objects.get()
    assert row.opening == opening
    assert post_once(hr, hr_page(row, "publish"), {"words": "x"}).status_code == 200
    assert post_once(hr, hr_page(row, "answer"), {"answer": "Always."}).status_code == 302
    subject, text = mailed("b@post.example")
    assert (subject, "Always." in text) == ("Kettle answers your question", True)
    public = {"words": "Tea?", "answer": "Always.", "position": "1"}
    assert post_once(hr, hr_page(row, "publish"), public).status_code == 302
    page = client.get(path).text
    assert ("Tea?" in page, "Bina" in page) == (True, False)
    assert "Tea?" not in client.get(HOME).text
    assert post_once(hr, hr_page(row, "unpublish")).status_code == 302
    assert "Tea?" not in client.get(path).text


# --- HR's pages -------------------------------------------------------------------------------
def test_an_opening_has_so_many_questions_and_files(
    hr: Client, opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = "/admin/companies/screeningquestion/add/"
    asked = {"opening": opening.public_id, "number": "9", "words": "And?", "kind": "file"}
    assert 'value="14"' in hr.get(f"{add}?opening={opening.public_id}").text
    assert hr.get(f"{add}?opening=x").status_code == 200
    monkeypatch.setattr("portal.careers_admin.MOST_FILES", 1)
    assert "An opening asks for 1 files at most." in post_once(hr, add, asked).text
    monkeypatch.setattr("portal.careers_admin.MOST_QUESTIONS", 4)
    text = {**asked, "kind": "text"}
    assert "An opening has 4 questions at most." in post_once(hr, add, text).text
    with company_scope(opening.company):
        assert ScreeningQuestion.objects.count() == 4


def test_an_opening_that_has_something_is_closed_not_deleted(hr: Client, opening: Opening) -> None:
    page = hr.post(hr_page(opening, "delete"), {"post": "yes"}).text
    assert "Close it instead" in page
    assert post_once(hr, hr_page(opening, "close")).status_code == 302
    assert post_once(hr, hr_page(opening, "publish")).status_code == 302
    with company_scope(opening.company):
        Opening.objects.update(closes_on=dt.date(2026, 3, 3))
    assert "Over by its date" in hr.get("/admin/companies/opening/").text


def test_the_page_is_switched_off_and_says_so(hr: Client, opening: Opening) -> None:
    off = post_once(hr, "/admin/companies/opening/page/", {"kept_months": "6"})
    assert "Nobody reads the careers page now." in hr.get(off["Location"]).text


@pytest.mark.parametrize(
    "path",
    [
        HOME, "/admin/companies/opening/", "/admin/companies/application/",
        "/admin/companies/visitorquestion/", "/admin/companies/screeningquestion/",
    ],
)  # fmt: skip
def test_a_list_asks_no_more_for_three_rows_than_for_one(
    hr: Client, world: World, opening: Opening, path: str
) -> None:
    counts = []
    for _n in range(2):
        with company_scope(world.company):
            for _m in range(1 if not counts else 2):
                another = opening_of(world)
                question_of(another, QuestionKind.TEXT)
                at_stage(another, ApplicationStage.NEW)
                visitor(
                    world, opening=another, answer="Yes.", answered_at=at(NOON),
                    is_published=True, public_question="Tea?",
                )  # fmt: skip
        hr.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert hr.get(path).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_who_may_not_decide_is_offered_nothing(hr: Client, world: World, opening: Opening) -> None:
    with company_scope(world.company):
        own = at_stage(opening, ApplicationStage.NEW, email="Hari@kettle.example")
    page = hr.get(hr_page(own)).text
    assert hr_page(own, "move") not in page
    assert post_once(hr, hr_page(own, "move"), {"stage": "review"}).text.count(
        "You may not do this."
    )
