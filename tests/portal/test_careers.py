"""The careers page from the outside: read and applied at; HR on the other side."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from companies import services
from companies.actor import Actor
from companies.enums import ActorKind, ApplicationStage, EmploymentType, QuestionKind, Role
from companies.models import (
    Application,
    ApplicationFile,
    CareersPage,
    Employee,
    Internship,
    Opening,
    Placement,
    VisitorQuestion,
)
from companies.scoping import company_scope
from integrations import documents
from portal.tickets import LEAST
from tests.attendance.world import World, make_world
from tests.companies.careers_world import PDF, at_stage, opening_of, page_on, question_of
from tests.http import post_once
from tests.integrations.pictures import jpeg, plain
from tests.portal.careers_pages import (
    HOME,
    a_file,
    apply,
    clock,
    folder,
    hr,
    hr_page,
    job,
    link_in,
    mailed,
    names_of,
    opening,
    page,
    row_of,
    ticket_of,
    world,
)

__all__ = ["clock", "folder", "hr", "opening", "page", "world"]
pytestmark = pytest.mark.django_db


# --- the main path ----------------------------------------------------------------------------
def _publish(client: Client, hr: Client, world: World) -> Opening:
    """Switch the page on, add an opening that asks for a letter, and publish it."""
    on = {"is_on": "on", "intro": "Tea, and people.", "kept_months": "6"}
    assert post_once(hr, "/admin/companies/opening/page/", on).status_code == 302
    assert "Nothing is open now" in client.get(HOME).text
    added = {
        "title": "Tea intern", "kind": "intern", "office": world.office.public_id,
        "description": "Learn tea.", "shows_department": "on",
    }  # fmt: skip
    assert post_once(hr, "/admin/companies/opening/add/", added).status_code == 302
    with company_scope(world.company):
        opening: Opening = Opening.objects.select_related("company").get()
    asked = {
        "opening": opening.public_id, "number": "10", "words": "A letter", "kind": "file",
        "is_required": "on",
    }  # fmt: skip
    assert post_once(hr, "/admin/companies/screeningquestion/add/", asked).status_code == 302
    assert "A letter" in hr.get(hr_page(opening)).text
    assert "Tea intern" not in client.get(HOME).text
    assert post_once(hr, hr_page(opening, "publish")).status_code == 302
    return opening


def test_hr_publishes_somebody_applies_and_is_accepted(
    client: Client, hr: Client, world: World, clock: Any
) -> None:
    assert client.get(HOME).status_code == 404
    opening = _publish(client, hr, world)
    assert "Tea intern" in client.get(HOME).text
    assert "Learn tea." in client.get(job(opening)).text
    (letter,) = names_of(opening)
    sent = apply(client, clock, opening, **{letter: a_file()})
    assert sent["Location"] == f"{HOME}sent/"
    assert "Look into your mailbox" in client.get(f"{HOME}sent/").text
    subject, text = mailed()
    assert subject == "Confirm your application at Kettle"
    row = row_of(opening)
    assert hr.get(hr_page(row)).status_code == 302
    assert "Was it you?" in client.get(link_in(text)).text
    assert "Received. HR reads it" in client.post(link_in(text), follow=True).text
    assert mailed("hari@kettle.example")[0] == "An application came in: Tea intern"

    assert "Nima Sherpa" in hr.get(hr_page(row)).text
    moved = {"stage": "interview", "words": "Come on Friday.", "is_shown": "on"}
    assert post_once(hr, hr_page(row, "move"), moved).status_code == 302
    assert "Come on Friday." in mailed()[1]
    assert post_once(hr, hr_page(row, "move"), {"stage": "accepted"}).status_code == 302
    assert mailed()[0] == "Kettle would like to have you"
    assert "Accepted." in client.get(link_in(text)).text


def test_an_accepted_candidate_becomes_an_intern_once(
    hr: Client, world: World, opening: Opening
) -> None:
    with company_scope(world.company):
        Opening.objects.update(kind="intern")
        row = at_stage(opening, ApplicationStage.ACCEPTED, email="nima@yak.example")
    form = hr.get(hr_page(row, "hire")).text
    assert 'value="nima@yak.example"' in form
    assert '<option value="intern" selected>' in form
    hired = {
        "name": "Nima Sherpa", "email": "nima@yak.example", "code": "I1",
        "employment_type": "intern", "joined_on": "2026-04-01", "office": world.office.public_id,
        "manager": world.maya.public_id, "ends_on": "2026-06-30", "mentor": world.maya.public_id,
        "stipend_per": "month", "stipend_amount": "900",
    }  # fmt: skip
    assert post_once(hr, hr_page(row, "hire"), hired).status_code == 302
    again = post_once(hr, hr_page(row, "hire"), {**hired, "code": "I2"})
    assert "This candidate is Nima Sherpa (I1) already." in again.text
    with company_scope(world.company):
        employee = Employee.objects.select_related("user").get(code="I1")
        assert employee.employment_type == EmploymentType.INTERN
        assert (employee.user.email, employee.joined_on) == (
            "nima@yak.example",
            dt.date(2026, 4, 1),
        )
        assert Placement.objects.get(employee=employee).manager == world.maya
        internship = Internship.objects.get(employee=employee)
        assert (internship.agreed_until, internship.mentor) == (dt.date(2026, 6, 30), world.maya)
        assert Employee.objects.filter(code="I2").count() == 0
    assert row_of(opening).employee == employee
    assert "set-password" in mailed()[1]
    assert "Nima Sherpa (I1)" in hr.get(hr_page(row)).text


# --- what is not there ------------------------------------------------------------------------
def test_a_page_that_is_off_is_like_no_company(
    client: Client, world: World, opening: Opening
) -> None:
    draft = f"{HOME}jobs/{opening.public_id}/"
    with company_scope(world.company):
        Opening.objects.update(state="draft")
    assert [client.get(path).status_code for path in (draft, f"{draft}apply/")] == [404, 404]
    with company_scope(world.company):
        Opening.objects.update(state="published")
        CareersPage.objects.update(is_on=False)
    pages = (HOME, f"{HOME}sent/", f"{HOME}asked/", draft, f"{draft}apply/")
    for path in pages:
        assert client.get(path).status_code == 404, path
        assert client.get(path.replace("kettle", "nobody")).status_code == 404, path
        assert client.post(path.replace("kettle", "nobody")).status_code in (404, 405), path


def test_an_opening_of_another_company_is_none_here(
    client: Client, world: World, opening: Opening
) -> None:
    other = make_world("other")
    with company_scope(other.company):
        page_on(other)
    assert client.get(f"/careers/other/jobs/{opening.public_id}/").status_code == 404
    assert "Barista" not in client.get("/careers/other/").text


def test_a_company_may_be_called_application(client: Client, db: None) -> None:
    world = make_world("application")
    with company_scope(world.company):
        page_on(world)
        opening_of(world)
    assert "Barista" in client.get("/careers/application/").text
    assert client.get("/careers/application/sent/").status_code == 200
    assert client.get("/careers/application/made:up/").status_code == 410


# --- applying ---------------------------------------------------------------------------------
def test_what_is_sent_is_what_hr_and_the_candidate_read(
    client: Client, hr: Client, opening: Opening, clock: Any
) -> None:
    with company_scope(opening.company):
        services.logo_set(company=opening.company, data=jpeg(plain(200, 90)), by=_by_hr(opening))
    assert "data:image/png;base64" in client.get(HOME).text
    assert apply(client, clock, opening)["Location"] == f"{HOME}sent/"
    _subject, text = mailed()
    client.post(link_in(text))
    page = client.get(link_in(text)).text
    for words in ("Nima Sherpa", "98 51", "I like it.", "Morning", "3 years", "A file of 25"):
        assert words in page
    seen = hr.get(hr_page(row_of(opening))).text
    for words in ("I like it.", "3 years", "File, 1 kB", "Version 1, kept for 6 months"):
        assert words in seen


def _by_hr(opening: Opening) -> Actor:
    return Actor(
        kind=ActorKind.PERSON, name="Hari", company=opening.company, roles=frozenset({Role.HR})
    )


def test_a_machine_is_told_what_a_person_is_and_nothing_is_kept(
    client: Client, opening: Opening, clock: Any
) -> None:
    assert apply(client, clock, opening, fax="1")["Location"] == f"{HOME}sent/"
    assert client.post(HOME, {"fax": "1"})["Location"] == f"{HOME}asked/"
    with company_scope(opening.company):
        assert (Application.objects.count(), VisitorQuestion.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"agrees": None}, "Without it you cannot apply."),
        ({"name": "See www.spam.example"}, "Write a name in one line, without a link."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"ticket": "made up"}, "This form is out of date."),
        ({"q1": ""}, "This field is required."),
        ({"q2": "Noon"}, "Select a valid choice."),
        ({"q3": "51"}, "Ensure this value is less than or equal to 50"),
        ({"q3": "many"}, "Enter a number."),
        ({"q4": SimpleUploadedFile("x.pdf", b"PK\x03\x04")}, "We take PDF, JPEG and PNG."),
        ({"q4": SimpleUploadedFile("x.pdf", b"%PDF-1.7 no end")}, "This file cannot be read."),
        ({"q4": SimpleUploadedFile("x.pdf", b"")}, "We take PDF, JPEG and PNG."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    client: Client, opening: Opening, clock: Any, typed: dict[str, Any], sentence: str
) -> None:
    names = dict(zip(("q1", "q2", "q3", "q4"), names_of(opening), strict=True))
    answer = apply(client, clock, opening, **{names.get(k, k): v for k, v in typed.items()})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert "Choose your files once more" in answer.text
    with company_scope(opening.company):
        assert (Application.objects.count(), ApplicationFile.objects.count()) == (0, 0)


def test_a_form_that_is_sent_at_once_is_sent_again(
    client: Client, opening: Opening, clock: Any
) -> None:
    ticket = ticket_of(client, HOME)
    sent = {"name": "Bina", "email": "b@post.example", "question": "Tea?", "ticket": ticket}
    quick = client.post(HOME, sent)
    assert (quick.status_code, "That was quick." in quick.text) == (400, True)
    assert f'value="{ticket}"' in quick.text
    clock.shift(LEAST + dt.timedelta(seconds=1))
    for _n in range(2):
        assert client.post(HOME, sent)["Location"] == f"{HOME}asked/"
    with company_scope(opening.company):
        assert VisitorQuestion.objects.get().opening is None


def test_all_files_together_have_a_limit(client: Client, opening: Opening, clock: Any) -> None:
    large = PDF[:-6] + b" " * (documents.MOST_BYTES + 70_000) + b"%%EOF\n"
    (*_rest, letter) = names_of(opening)
    answer = apply(client, clock, opening, **{letter: a_file(large)})
    assert answer.status_code == 413
    with company_scope(opening.company):
        second = question_of(opening, QuestionKind.FILE, number=5, words="A second letter")
    half = PDF[:-6] + b" " * (documents.MOST_BYTES // 2) + b"%%EOF\n"
    both = {letter: a_file(half), f"q-{second.public_id}": a_file(half)}
    answer = apply(client, clock, opening, **both)
    assert answer.status_code == 400
    assert "All files together may have 4 MB." in answer.text


def test_too_many_are_told_so_and_the_same_form_twice_is_one(
    client: Client, opening: Opening, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = ticket_of(client, job(opening, "apply/"))
    for _n in range(2):
        assert apply(client, clock, opening, ticket=ticket)["Location"] == f"{HOME}sent/"
    with company_scope(opening.company):
        assert Application.objects.count() == 1
    monkeypatch.setattr("companies.services.applications.APPLICATIONS_OF_A_CLIENT", 1)
    answer = apply(client, clock, opening, email="other@yak.example")
    assert (answer.status_code, "Too many attempts." in answer.text) == (400, True)


def test_a_ticket_of_another_company_or_opening_is_no_second_tap(
    client: Client, opening: Opening, clock: Any
) -> None:
    other = make_world("other")
    with company_scope(other.company):
        page_on(other)
        theirs = opening_of(other)
    ticket = ticket_of(client, job(opening, "apply/"))
    apply(client, clock, opening, ticket=ticket)
    sent = {"name": "Nima", "email": "nima@yak.example", "agrees": "on", "ticket": ticket}
    there = client.post(f"/careers/other/jobs/{theirs.public_id}/apply/", sent)
    assert there["Location"] == "/careers/other/sent/"
    question = {"name": "Bina", "email": "b@post.example", "question": "Tea?", "ticket": ticket}
    for path in (HOME, "/careers/other/"):
        assert client.post(path, question)["Location"] == f"{path}asked/"
    for company in (opening.company, other.company):
        with company_scope(company):
            assert (Application.objects.count(), VisitorQuestion.objects.count()) == (1, 1)


def test_who_goes_back_and_corrects_the_address_gets_the_link(
    client: Client, opening: Opening, clock: Any
) -> None:
    ticket = ticket_of(client, job(opening, "apply/"))
    apply(client, clock, opening, email="nina@yak.example", ticket=ticket)
    assert apply(client, clock, opening, ticket=ticket)["Location"] == f"{HOME}sent/"
    assert "Was it you?" in client.get(link_in(mailed()[1])).text
    for words in ("Tea?", "Coffee?"):
        sent = {"name": "Bina", "email": "b@post.example", "question": words, "ticket": ticket}
        assert client.post(HOME, sent)["Location"] == f"{HOME}asked/"
    with company_scope(opening.company):
        assert VisitorQuestion.objects.count() == 2


def test_months_that_changed_meanwhile_are_agreed_to_anew(
    client: Client, opening: Opening, clock: Any
) -> None:
    path = job(opening, "apply/")
    assert 'name="months" value="6"' in client.get(path).text
    with company_scope(opening.company):
        CareersPage.objects.update(kept_months=30)
    answer = apply(client, clock, opening, months="6")
    assert "How long it is kept has changed. Read it again, then send it." in answer.text
    assert 'name="months" value="30"' in answer.text
    assert "checked" not in answer.text
    for months in ("x", "9" * 400):
        assert apply(client, clock, opening, months=months).status_code == 400
    assert apply(client, clock, opening, months="30").status_code == 302
    assert row_of(opening).kept_months == 30


def test_a_file_is_looked_into_once_everything_else_is_right(
    client: Client, opening: Opening, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    monkeypatch.setattr(
        "portal.careers_forms.careers_files.read", lambda data, now: looked.append(len(data))
    )
    for wrong in ({"agrees": None}, {"ticket": "made up"}, {"email": "nobody"}):
        assert apply(client, clock, opening, **wrong).status_code == 400
    assert looked == []


def test_nobody_learns_who_has_applied(client: Client, opening: Opening, clock: Any) -> None:
    apply(client, clock, opening)
    client.post(link_in(mailed()[1]))
    again = apply(client, clock, opening)
    other = apply(client, clock, opening, email="other@yak.example")
    assert (again.status_code, again["Location"]) == (other.status_code, other["Location"])
    subject, text = mailed()
    assert subject == "You have applied at Kettle already"
    assert "Received. HR reads it" in client.get(link_in(text)).text
