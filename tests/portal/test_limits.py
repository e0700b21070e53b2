"""Every limited door lets exactly as many through as it says, however many knock at once."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from attendance import views as attendance_views
from attendance.models import Punch
from attendance.services import liveness, punching, uploads
from companies import services
from companies.models import AuditEvent, JoinRequest, OutboxMessage
from companies.scoping import company_scope, no_scope
from companies.services import (
    applications,
    email_changes,
    joining,
    own_data,
    passwords,
    pins,
    records,
    sign_in,
    support,
    visitor_questions,
)
from leave import feed_views
from portal import mfa_forms, views
from tests.attendance.doorway import knock
from tests.attendance.world import World, make_world
from tests.companies.conftest import Together, together
from tests.faults.conftest import check_in
from tests.repository import texts

__all__ = ["together"]


@pytest.fixture
def world(together: Together) -> World:
    return make_world()


def _let_in(together: Together, calls: int, call: Callable[[], Any]) -> Counter[Any]:
    answers = together(*[call] * calls)
    return Counter(answer.code if isinstance(answer, Exception) else answer for answer in answers)


def test_check_ins_of_a_person(together: Together, world: World) -> None:
    def one() -> int:
        form = check_in(world, world.maya, uuid.uuid4(), no_frame="no_camera")
        return knock(Client(), "/punch", form).status_code

    most = punching.PUNCHES_A_MINUTE
    assert _let_in(together, most + 4, one) == {201: most, 429: 4}
    with company_scope(world.company):
        assert Punch.objects.count() == most


def test_pictures_of_a_capture(
    together: Together, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance_views, "FRAMES_A_MINUTE", 3)
    client = Client()
    client.force_login(world.maya.user)
    cookies = client.cookies.output(header="", sep=";").strip()

    def one() -> int:
        return Client(headers={"cookie": cookies}).post("/face/frame").status_code

    assert _let_in(together, 7, one) == {409: 3, 429: 4}


def test_links_to_one_address(together: Together, world: World) -> None:
    def one() -> None:
        services.password_reset_request(email="Maya@kettle.example ", now=timezone.now())

    most = passwords._RESETS_AN_HOUR
    assert _let_in(together, most + 4, one) == {None: most, "too_many": 4}
    with no_scope("messages under test"):
        assert OutboxMessage.objects.count() <= 2  # one a minute


def test_links_asked_for_from_one_client(
    together: Together, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "RESETS_OF_A_CLIENT", 3)

    def one() -> bool:
        form = {"email": f"{uuid.uuid4().hex}@kettle.example"}
        answer: Any = Client().post("/password-reset/", form)
        return "a link is on its way" in answer.text

    assert _let_in(together, 7, one) == {True: 3, False: 4}


def test_downloads_of_ones_own_data(together: Together, world: World) -> None:
    def one() -> None:
        with company_scope(world.company):
            services.own_data_export(by=world.actor(world.maya), now=timezone.now())

    most = own_data.OWN_DATA_AN_HOUR
    assert _let_in(together, most + 4, one) == {None: most, "too_many": 4}
    with no_scope("the audit under test"):
        assert AuditEvent.objects.filter(verb="own_data_exported").count() == 1


def test_companies_that_ask_to_join(together: Together, world: World) -> None:
    def one() -> None:
        services.join_ask(
            token=uuid.uuid4(), email="nima@teapot.example", client="192.0.2.1",
            now=timezone.now(), company_name="Teapot", country="NP", size="50", name="Nima",
        )  # fmt: skip

    most = joining.JOINS_OF_AN_ADDRESS
    assert _let_in(together, most + 4, one) == {None: most, "too_many": 4}
    assert JoinRequest.objects.count() == most


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("check-ins of a person", punching.PUNCHES_A_MINUTE),
        ("pictures of a capture", attendance_views.FRAMES_A_MINUTE),
        ("photos sent for a capture", uploads.UPLOADS_AN_HOUR),
        ("links mailed to one address", passwords._RESETS_AN_HOUR),
        ("links asked for from one client", views.RESETS_OF_A_CLIENT),
        ("downloads of one's own data", own_data.OWN_DATA_AN_HOUR),
        ("frames of a head turn, and questions for one", liveness.LOOKS_A_MINUTE),
        (
            "wrong passwords of one sign-in (strangers together, a known browser alone)",
            sign_in.TRIES_OF_AN_ACCOUNT,
        ),
        ("wrong sign-ins from one client", sign_in.TRIES_OF_A_CLIENT),
        ("wrong PINs of a person", pins.WRONG_PINS),
        ("readings of one calendar feed", feed_views.READINGS_AN_HOUR),
        ("codes of a second step of a person", mfa_forms.TRIES),
        ("the present password, asked for again", passwords._TRIES),
        ("changes of one's address", email_changes._CHANGES_A_DAY),
        ("asking for one's records after leaving", records.ASKS_A_WEEK),
        ("an operator asking to be let in", support.ASKS_AN_HOUR),
        ("applications from one address", applications.APPLICATIONS_OF_AN_ADDRESS),
        ("applications from one client", applications.APPLICATIONS_OF_A_CLIENT),
        ("questions of visitors from one address", visitor_questions.QUESTIONS_OF_AN_ADDRESS),
        ("questions of visitors from one client", visitor_questions.QUESTIONS_OF_A_CLIENT),
        ("companies that ask to join from one address", joining.JOINS_OF_AN_ADDRESS),
        ("companies that ask to join from one client", joining.JOINS_OF_A_CLIENT),
    ],
)
def test_the_limits_are_told_as_they_are(words: str, limit: int) -> None:
    assert f"| {words} | {limit} " in texts()["SECURITY.md"]
