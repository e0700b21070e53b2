"""The page "Your mails": what it shows to whom, what it keeps, and what it never does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance import notifications
from companies import outbox, services
from companies.actor import job_actor
from companies.enums import Role
from companies.errors import NotAllowed
from companies.models import AuditEvent, NoticeChoice, OutboxMessage, Placement, RoleGrant, User
from companies.scoping import company_scope
from companies.selectors import ending_internships, notice_choices, wanting
from portal import notices, own_data
from portal.own_cells import Whose
from tests.attendance.test_pages import _text
from tests.attendance.world import START, ZONE, World, at, make_world
from tests.companies.internship_world import LAST, make_internship
from tests.portal.inboxes import file_correction

PAGE = "/me/notices/"
OWN = [
    "correction_decided", "overtime_decided", "leave_decided", "leave_cancelled",
    "leave_recounted", "leave_lapsing",
]  # fmt: skip
DECIDERS = [
    "correction_asked", "overtime_asked", "leave_asked", "leave_waiting", "leave_withdrawn",
]  # fmt: skip

FOR_HR = ["careers_news"]


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def _client(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def _choices(world: World, user: User) -> dict[str, bool]:
    with company_scope(world.company):
        return notice_choices(user)


def _ticked(page: str) -> dict[str, bool]:
    found = {}
    for piece in page.split('name="wanted" value="')[1:]:
        kind, _quote, rest = piece.partition('"')
        found[kind] = rest.startswith(" checked")
    return found


def test_every_kind_has_a_name_of_its_own() -> None:
    kinds = [notice.kind for notice in notices.notices()]
    assert sorted(kinds) == sorted([*OWN, *DECIDERS, *FOR_HR, "internship_ends"])
    assert all(notice.title for notice in notices.notices())


def test_who_decides_nothing_chooses_about_themselves(world: World) -> None:
    page = _client(world.maya.user).get(PAGE)
    assert page.status_code == 200
    assert _ticked(page.text) == dict.fromkeys(OWN, True)
    assert "maya@kettle.example" in page.text
    assert "About people you decide for" not in page.text
    assert f'href="{PAGE}"' in _client(world.maya.user).get("/me/").text


def test_who_decides_chooses_about_others_too(world: World) -> None:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
    page = _client(world.bikram.user).get(PAGE).text
    assert _ticked(page) == dict.fromkeys([*OWN, *DECIDERS], True)
    assert "About people you decide for" in page


def test_hr_chooses_about_the_company(world: World) -> None:
    page = _client(world.hari.user).get(PAGE).text
    assert _ticked(page)["careers_news"] is True
    assert "About the company" in page


def test_mentors_and_hr_choose_about_interns(world: World) -> None:
    with company_scope(world.company):
        row = make_internship(world)
        RoleGrant.objects.create(
            company=world.company, user=world.hari.user, role=Role.HR, starts_on=START
        )
    for person in (world.bikram, world.hari):
        page = _client(person.user).get(PAGE).text
        assert _ticked(page)["internship_ends"] is True
        assert "About interns" in page
    assert "internship_ends" not in _ticked(_client(world.maya.user).get(PAGE).text)
    _client(world.bikram.user).post(PAGE, {"wanted": OWN})
    with company_scope(world.company):
        (ending,) = ending_internships(LAST)
        services.internship_remind(internship=ending, today=LAST)
        mails = OutboxMessage.objects.filter(template="companies/email/internship_ends")
        assert [mail.to for mail in mails] == ["hari@kettle.example"]
    _client(world.hari.user).post(PAGE, {"wanted": []})
    with company_scope(world.company):
        services.internship_extend(
            internship=row, ends_on=dt.date(2026, 3, 16), reason="more", by=world.hr
        )
        (ending,) = ending_internships(LAST)
        services.internship_remind(internship=ending, today=LAST)
        assert mails.count() == 1


def test_what_is_unticked_is_kept_and_told_to_the_audit_once(world: World) -> None:
    maya = _client(world.maya.user)
    for _n in range(2):
        answer = maya.post(PAGE, {"wanted": ["leave_decided", "leave_cancelled"]}, follow=True)
        assert "Kept. From now on you get the mails that are ticked." in _text(answer.text)
    assert _choices(world, world.maya.user) == {
        "correction_decided": False, "leave_lapsing": False, "leave_recounted": False,
        "overtime_decided": False,
    }  # fmt: skip
    with company_scope(world.company):
        event = AuditEvent.objects.get(verb="notices_chosen")
    assert (event.subject_id, event.actor_id) == (str(world.maya.user.public_id),) * 2
    assert event.changes == {
        kind: [True, False]
        for kind in ("correction_decided", "leave_lapsing", "leave_recounted", "overtime_decided")
    }
    assert _ticked(maya.get(PAGE).text) == dict.fromkeys(OWN, False) | {
        "leave_decided": True, "leave_cancelled": True,
    }  # fmt: skip
    maya.post(PAGE, {"wanted": OWN})
    assert set(_choices(world, world.maya.user).values()) == {True}


def test_a_kind_that_is_not_on_the_page_is_left_alone(world: World) -> None:
    """Who once decided keeps what they said; what nobody offered is not written."""
    maya = _client(world.maya.user)
    maya.post(PAGE, {"wanted": [*OWN, "leave_asked", "password_reset"]})
    assert _choices(world, world.maya.user) == {}
    with company_scope(world.company):
        services.notices_choose(wanted={"leave_asked": False}, by=world.actor(world.maya))
    assert _ticked(maya.get(PAGE).text)["leave_asked"] is False
    maya.post(PAGE, {"wanted": [*OWN, "leave_asked"]})
    assert _choices(world, world.maya.user) == {"leave_asked": True}


def test_the_choice_is_of_one_company(world: World) -> None:
    other = make_world("other")
    with company_scope(world.company):
        services.notices_choose(wanted={"leave_decided": False}, by=world.actor(world.maya))
        people = [world.maya.user, world.bikram.user]
        assert wanting(people, "leave_decided") == [world.bikram.user]
        assert wanting(people, "leave_asked") == people
        assert wanting([], "leave_asked") == []
    with company_scope(other.company):
        assert wanting(people, "leave_decided") == people


def test_who_may_not_choose(world: World) -> None:
    assert _client(None).get(PAGE).status_code == 302
    with company_scope(world.company):
        services.pin_set(employee=world.maya, pin="482913", by=world.actor(world.maya))
        limited = replace(world.actor(world.maya), is_limited=True)
        for actor in (limited, job_actor("leave_run", world.company)):
            with pytest.raises(NotAllowed):
                services.notices_choose(wanted={"leave_decided": False}, by=actor)
        assert not NoticeChoice.objects.exists()
    client = Client()
    client.post("/sign-in/code/", {"company": "kettle", "code": "maya", "secret": "482913"})
    assert client.get("/me/").status_code == 200
    assert PAGE not in client.get("/me/").text
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"wanted": []}).status_code == 403


def test_a_role_without_employment_chooses_too(world: World) -> None:
    user = User.objects.create_user(email="rita@kettle.example", name="Rita")
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=user, role=Role.HR, starts_on=at("2026-01-01 09:00").date()
        )
    page = _client(user).get(PAGE)
    assert (page.status_code, len(_ticked(page.text))) == (200, len(OWN + DECIDERS + FOR_HR) + 1)
    user.email = None
    user.save()
    assert "You have no address yet" in _client(user).get(PAGE).text


def test_the_statements_do_not_grow_with_what_was_said(world: World) -> None:
    maya, counts = _client(world.maya.user), []
    maya.get(PAGE)  # the first page of a company reads whom leave names
    for wanted in (OWN, OWN[:4], []):
        maya.post(PAGE, {"wanted": wanted})
        with CaptureQueriesContext(
            connection,
        ) as statements:
            maya.get(PAGE)
        counts.append(len(statements))
    assert len(set(counts)) == 1


def test_ones_own_file_tells_what_one_chose(world: World) -> None:
    with company_scope(world.company):
        services.notices_choose(wanted={"leave_lapsing": False}, by=world.actor(world.maya))
        table = next(table for table in own_data.TABLES if table.name == "mail_choices")
        whose = Whose(world.maya.user, world.company, ZONE)
        (row,) = table.lines(whose)
    assert (row["kind"], row["is_wanted"]) == ("leave_lapsing", False)
    assert set(row) == set(table.columns)


def test_mails_about_corrections_go_to_who_wants_them(world: World, settings: Any) -> None:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
    asked = file_correction(world, world.maya)
    with company_scope(world.company):
        services.notices_choose(wanted={"correction_asked": False}, by=world.actor(world.bikram))
        notifications.correction_asked(asked)
        assert not OutboxMessage.objects.exists()
        services.notices_choose(wanted={"correction_asked": True}, by=world.actor(world.bikram))
        notifications.correction_asked(asked)
        assert OutboxMessage.objects.get().to == "bikram@kettle.example"
    assert outbox.drain() == 1
    (sent,) = mail.outbox
    assert sent.body.rstrip().splitlines()[-1] == (
        f"Choose which of these mails you get: {settings.PUBLIC_URL}/me/notices/"
    )
