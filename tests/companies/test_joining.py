"""A company asks to join: kept once, confirmed by its address, decided by the platform only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from companies import services
from companies.actor import Actor, job_actor
from companies.countries import countries, country_name, zone_of_country
from companies.enums import ActorKind, JoinState
from companies.errors import (
    InvalidTransition,
    LinkInvalid,
    MusterError,
    NotAllowed,
    ReasonMissing,
    TooMany,
    WordsMissing,
)
from companies.links import join_link, join_of_link
from companies.models import AuditEvent, Company, JoinRequest, OutboxMessage
from companies.scoping import no_scope
from companies.services.joining import CONFIRM_WITHIN, JOINS_OF_A_CLIENT, KEPT
from companies.validators import validate_country
from tests.attendance.world import at, make_company
from tests.companies.sign_in_rows import join

pytestmark = pytest.mark.django_db
NOW = at("2026-03-04 12:00")
DAYS = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def otto(db: None) -> Actor:
    grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    return Actor(
        kind=ActorKind.PLATFORM, id=str(grant.user.public_id), name="Otto", user=grant.user
    )


def _ask(client: str = "192.0.2.1", **columns: Any) -> JoinRequest:
    wanted: dict[str, Any] = {
        "token": uuid.uuid4(), "company_name": " Teapot ", "country": "NP", "size": "50",
        "name": "Nima", "email": "nima@teapot.example", "domain": "", "message": "", "locale": "en",
    } | columns  # fmt: skip
    return services.join_ask(client=client, now=NOW, **wanted)


def _mails(event: str) -> list[OutboxMessage]:
    with no_scope("messages under test"):
        rows = OutboxMessage.objects.filter(template=f"companies/email/join_{event}")
        return list(rows.order_by("pk"))


def _told() -> list[tuple[str, str, str]]:
    with no_scope("audit under test"):
        rows = AuditEvent.objects.filter(subject_type="companies.joinrequest").order_by("pk")
        return list(rows.values_list("verb", "actor_name", "reason"))


# --- asking -----------------------------------------------------------------------------------
def test_asking_is_kept_for_a_week_and_told_to_nobody_but_the_address(otto: Actor) -> None:
    row = _ask()
    assert (row.state, row.company_name) == (JoinState.ASKED, "Teapot")
    assert row.purge_at == NOW + CONFIRM_WITHIN == NOW + 7 * DAYS
    assert [mail.to for mail in _mails("confirm")] == ["nima@teapot.example"]
    assert _mails("confirm")[0].values == {"join": str(row.public_id)}
    assert _mails("waits") == []
    assert _told() == []


def test_the_same_form_sent_again_changes_nothing() -> None:
    token = uuid.uuid4()
    first = _ask(token=token)
    assert _ask(token=token, company_name="Other").pk == first.pk
    assert JoinRequest.objects.get().company_name == "Teapot"
    assert len(_mails("confirm")) == 1


def test_an_address_is_mailed_three_times_a_day_whatever_its_case() -> None:
    for address in ("nima@teapot.example", "Nima@teapot.example", " nima@TEAPOT.example"):
        _ask(email=address)
    with pytest.raises(TooMany):
        _ask(client="192.0.2.2")
    assert JoinRequest.objects.count() == 3
    _ask(email="other@teapot.example")


def test_a_client_asks_so_often_a_day_and_no_more() -> None:
    for number in range(JOINS_OF_A_CLIENT):
        _ask(email=f"n{number}@teapot.example")
    with pytest.raises(TooMany):
        _ask(email="one.more@teapot.example")
    _ask(client="192.0.2.2", email="one.more@teapot.example")


# --- confirming -------------------------------------------------------------------------------
def test_confirming_puts_it_before_the_operators_once(otto: Actor) -> None:
    row = _ask()
    for _n in range(2):
        done = services.join_confirm(asked=row, now=NOW + DAYS)
        assert (done.state, done.confirmed_at, done.purge_at) == ("waiting", NOW + DAYS, None)
    assert [mail.to for mail in _mails("waits")] == ["otto@m.example"]
    assert _told() == [("join_confirmed", "", "")]


def test_who_confirms_after_a_week_finds_nothing() -> None:
    row = _ask()
    with pytest.raises(LinkInvalid):
        services.join_confirm(asked=row, now=NOW + CONFIRM_WITHIN)
    row.refresh_from_db()
    assert row.state == JoinState.ASKED


def test_an_operator_without_mail_or_account_is_not_written_to(otto: Actor) -> None:
    user = otto.user
    assert user is not None
    user.is_active = False
    user.save()
    services.join_confirm(asked=_ask(), now=NOW)
    assert _mails("waits") == []


def test_a_link_is_of_one_request_and_cannot_be_made_up() -> None:
    row = _ask()
    token = join_link(row).rstrip("/").rpartition("/")[2]
    assert join_of_link(token) == row
    assert join_of_link(f"x{token}") is None
    assert join_of_link(str(row.public_id)) is None
    row.delete()
    assert join_of_link(token) is None


# --- deciding ---------------------------------------------------------------------------------
def test_what_is_asked_back_is_answered_and_told(otto: Actor) -> None:
    row = join()
    asked = services.join_ask_back(asked=row, question=" Who are you? ", by=otto, now=NOW)
    assert (asked.state, asked.purge_at) == (JoinState.ASKED_BACK, NOW + KEPT)
    services.join_answer(asked=row, answer=" Tea people. ", now=NOW)
    services.join_ask_back(asked=row, question="Since when?", by=otto, now=NOW)
    row.refresh_from_db()
    assert [(each["question"], each.get("answer")) for each in row.exchange] == [
        ("Who are you?", "Tea people."), ("Since when?", None),
    ]  # fmt: skip
    assert len(_mails("asked_back")) == 2
    assert [mail.values["is_answer"] for mail in _mails("waits")] == [True]
    assert _told() == [
        ("join_asked_back", "Otto", "Who are you?"), ("join_answered", "", ""),
        ("join_asked_back", "Otto", "Since when?"),
    ]  # fmt: skip


def test_refusing_needs_a_reason_and_is_kept_for_90_days(otto: Actor) -> None:
    row = join()
    with pytest.raises(ReasonMissing):
        services.join_refuse(asked=row, reason=" ", by=otto, now=NOW)
    done = services.join_refuse(asked=row, reason=" No such company. ", by=otto, now=NOW)
    assert (done.state, done.reason, done.decided_by, done.purge_at) == (
        JoinState.REFUSED, "No such company.", otto.user, NOW + 90 * DAYS,
    )  # fmt: skip
    assert [mail.to for mail in _mails("refused")] == ["nima@teapot.example"]
    assert _told() == [("join_refused", "Otto", "No such company.")]


def _deeds(row: JoinRequest, by: Actor) -> list[Callable[[], Any]]:
    return [
        lambda: services.join_ask_back(asked=row, question="Who?", by=by, now=NOW),
        lambda: services.join_refuse(asked=row, reason="Nobody.", by=by, now=NOW),
        lambda: services.join_approve(
            asked=row, make=lambda _row: make_company("teapot"), by=by, now=NOW
        ),
    ]


@pytest.mark.parametrize("state", [JoinState.ASKED, JoinState.REFUSED, JoinState.APPROVED])
def test_what_is_not_open_is_not_decided(otto: Actor, state: JoinState) -> None:
    is_in = state == JoinState.APPROVED
    row = join(state, made_company=make_company("kettle") if is_in else None)
    for deed in _deeds(row, otto):
        with pytest.raises(InvalidTransition):
            deed()
    assert Company.objects.filter(code="teapot").count() == 0


def test_only_the_platform_decides(otto: Actor) -> None:
    row = join()
    for actor in (
        replace(otto, kind=ActorKind.PERSON), replace(otto, user=None), job_actor("test"),
    ):  # fmt: skip
        for deed in _deeds(row, actor):
            with pytest.raises(NotAllowed):
                deed()


def test_who_lets_a_company_in_makes_it_once(otto: Actor) -> None:
    row = join(JoinState.ASKED_BACK, purge_at=NOW)
    approve = _deeds(row, otto)[2]
    done = approve()
    assert (done.state, done.made_company.code, done.purge_at) == ("approved", "teapot", NOW + KEPT)
    with pytest.raises(InvalidTransition):
        approve()
    assert Company.objects.count() == 1


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        (lambda row, by: services.join_ask_back(asked=row, question=" ", by=by, now=NOW),
         WordsMissing),
        (lambda row, by: services.join_answer(asked=row, answer=" ", now=NOW), WordsMissing),
        (lambda row, by: services.join_answer(asked=row, answer="Yes", now=NOW),
         InvalidTransition),
    ],
)  # fmt: skip
def test_what_says_nothing_or_was_not_asked_is_refused(
    otto: Actor, deed: Callable[[JoinRequest, Actor], Any], error: type[MusterError]
) -> None:
    with pytest.raises(error):
        deed(join(), otto)


def test_a_question_waits_for_its_answer_before_the_next(otto: Actor) -> None:
    with pytest.raises(InvalidTransition):
        services.join_ask_back(asked=join(JoinState.ASKED_BACK), question="?", by=otto, now=NOW)


# --- countries --------------------------------------------------------------------------------
def test_countries_have_names_and_those_of_one_zone_a_zone() -> None:
    assert list(countries())[:2] == ["AF", "AL"]
    assert (country_name("NP"), country_name("XX")) == ("Nepal", "XX")
    assert [zone_of_country(code) for code in ("NP", "US", "XX")] == ["Asia/Kathmandu", "", ""]
    validate_country("NP")
    with pytest.raises(ValidationError, match="XX is no country"):
        validate_country("XX")
