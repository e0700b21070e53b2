"""Every field says what it is, how long it is kept and how it ends; what has days goes by them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from attendance.enums import Turn, TurnState
from attendance.models import LivenessChallenge, Punch
from attendance.services.face_data import STORES
from companies import throttle
from companies.enums import InvitationChannel, InvitationState, OutboxState
from companies.models import (
    AuditEvent,
    BlockedAddress,
    EmailChange,
    FormSubmission,
    Invitation,
    JoinRequest,
    OutboxMessage,
    ReportExport,
    SignedInSession,
    SlackDelivery,
    SlackMessage,
    Throttle,
)
from companies.scoping import company_scope, no_scope
from companies.services.records import ASKS_A_WEEK
from portal import jobs, retention
from tests.attendance.world import World, at, make_world
from tests.companies import slack_constraints as slack_rows
from tests.companies.sign_in_rows import join

NOW = at("2026-06-01 09:00")
ENDS = {"job", "verb", "purge"}


@pytest.fixture(scope="module")
def file() -> dict[str, Any]:
    return retention.read()


# --- the file ---------------------------------------------------------------------------------
def _fields(file: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for label, table in file["tables"].items():
        for kind, names in table["fields"].items():
            yield from ((label, name, kind) for name in names)


def test_every_field_of_every_table_is_classified_once(file: dict[str, Any]) -> None:
    there = sorted(
        (model._meta.label, item.name)
        for model in apps.get_models(include_auto_created=True)
        for item in model._meta.concrete_fields
    )
    assert sorted((label, name) for label, name, _kind in _fields(file)) == there


def test_only_known_classes_and_rules_are_used(file: dict[str, Any]) -> None:
    assert {kind for _label, _name, kind in _fields(file)} == set(file["classes"])
    kept = [table["keep"] for table in file["tables"].values()]
    others = [table.get("but", {}) for table in file["tables"].values()]
    used = {rule for rule in kept if isinstance(rule, str)}
    assert used | {rule for other in others for rule in other.values()} == set(file["rules"])
    for table in file["tables"].values():
        assert set(table.get("but", {})) <= set(table["fields"])
    assert all(table["why"] for table in file["tables"].values())


def test_every_end_exists(file: dict[str, Any]) -> None:
    known = {job.name for job in jobs.JOBS}
    for label, table in file["tables"].items():
        ends = table["ends"]
        assert ends and set(ends) <= ENDS, label
        assert ends.get("job", "retention") in known, label
        if "verb" in ends:
            assert callable(import_string(ends["verb"])), label


def test_whatever_has_days_is_deleted_by_the_job_and_the_other_way_round(
    file: dict[str, Any],
) -> None:
    days = {label for label, table in file["tables"].items() if isinstance(table["keep"], dict)}
    assert {rule.model._meta.label for rule in retention.rules()} == days
    for rule in retention.rules():
        assert isinstance(rule.model._meta.get_field(rule.after), models.DateTimeField)
        assert not getattr(rule.model, "is_append_only", False)
        for name, values in rule.only.items():
            choices = dict(rule.model._meta.get_field(name).flatchoices)  # type: ignore[union-attr]
            assert set(values) <= set(choices)


def test_withdrawing_consent_reaches_every_field_with_a_face(file: dict[str, Any]) -> None:
    """A new table or column with a face must stand in the stores that withdrawing empties."""
    faces = {
        (label, name) for label, name, kind in _fields(file) if kind in ("biometric", "picture")
    }
    assert faces == {(store.model._meta.label, name) for store in STORES for name in store.columns}


# --- the job ----------------------------------------------------------------------------------
@pytest.fixture
def worlds(db: None) -> tuple[World, World]:
    return make_world(), make_world(code="other")


def _message(world: World, when: dt.datetime, state: str = OutboxState.SENT) -> None:
    with time_machine.travel(when, tick=False):
        OutboxMessage.objects.create(
            company=world.company, dedupe_key=str(uuid.uuid4()), channel="mail", to="m@k.example",
            template="companies/email/sign_in_link", not_before=when, next_at=when, state=state,
        )  # fmt: skip


def _platforms_message(world: World, when: dt.datetime) -> None:
    _message(world, when)
    OutboxMessage.objects.update(company=None)


def _form(world: World, when: dt.datetime) -> None:
    with time_machine.travel(when, tick=False):
        FormSubmission.objects.create(token=uuid.uuid4(), user=world.maya.user, path="/")


def _count(world: World, when: dt.datetime) -> None:
    throttle.hit("reset:m@k.example", limit=5, seconds=60, now=when)


def _session(world: World, when: dt.datetime) -> None:
    Session.objects.create(session_key="k", session_data="d", expire_date=when)


def _invitation(world: World, when: dt.datetime) -> None:
    Invitation.objects.create(
        company=world.company, employee=world.maya, channel=InvitationChannel.PRINT,
        token_hash="0" * 64, made_at=when, expires_at=when, ended_at=when,
        outcome=InvitationState.ACCEPTED,
    )  # fmt: skip


def _head_turn(world: World, when: dt.datetime) -> None:
    recorded = world.punch(world.maya, "2026-03-02 09:00")
    punch = Punch.objects.get(public_id=recorded.public_id)
    LivenessChallenge.objects.create(
        company=world.company, employee=world.maya, punch=punch, turn=Turn.LEFT,
        state=TurnState.PASSED, issued_at=when, expires_at=when,
    )  # fmt: skip


def _signed_in(world: World, when: dt.datetime) -> None:
    SignedInSession.objects.create(
        user=world.maya.user, session_key="k", started_at=when, seen_at=when
    )


def _new_address(world: World, when: dt.datetime) -> None:
    EmailChange.objects.create(user=world.maya.user, after="maya@new.example", asked_at=when)


def _no_mail(world: World, when: dt.datetime) -> None:
    BlockedAddress.objects.create(
        address="m@k.example", problem="bounced", event_id="e", blocked_at=when
    )


def _long_report(world: World, moment: dt.datetime) -> None:
    ReportExport.objects.create(
        company=world.company, user=world.hari.user, report="summary", file_format="csv", total=1,
        file_name="summary.csv", asked_at=moment,
    )  # fmt: skip


def _asked_to_join(world: World, moment: dt.datetime) -> None:
    join("refused", purge_at=moment)


def _from_slack(world: World, when: dt.datetime) -> None:
    row = slack_rows.delivery(slack_rows.workspace(world, f"T{when.second}", **slack_rows.ENDED))
    SlackDelivery.objects.filter(pk=row.pk).update(received_at=when)


def _in_slack(world: World, when: dt.datetime) -> None:
    place = slack_rows.workspace(world, f"T{when.second}", **slack_rows.ENDED)
    with time_machine.travel(when, tick=False):
        slack_rows.message(slack_rows.identity(place, world))


CASES: list[tuple[type[models.Model], int, Callable[[World, dt.datetime], None]]] = [
    (OutboxMessage, 90, _message),
    (OutboxMessage, 90, _platforms_message),
    (FormSubmission, 1, _form),
    (Throttle, 8, _count),
    (Session, 0, _session),
    (Invitation, 90, _invitation),
    (LivenessChallenge, 90, _head_turn),
    (SignedInSession, 30, _signed_in),
    (EmailChange, 90, _new_address),
    (ReportExport, 30, _long_report),
    (BlockedAddress, 365, _no_mail),
    (JoinRequest, 0, _asked_to_join),
    (SlackDelivery, 7, _from_slack),
    (SlackMessage, 180, _in_slack),
]


def _run() -> int:
    with time_machine.travel(NOW, tick=False):
        return retention.retention()


@pytest.mark.parametrize(("model", "days", "make"), CASES)
def test_rows_go_on_their_day_and_not_a_second_before(
    worlds: tuple[World, World],
    model: type[models.Model],
    days: int,
    make: Callable[[World, dt.datetime], None],
) -> None:
    world, _other = worlds
    on_the_day = NOW - dt.timedelta(days=days)
    with company_scope(world.company):
        make(world, on_the_day + dt.timedelta(seconds=1))
    assert _run() == 0
    with no_scope("the rows under test"):
        assert model._default_manager.count() == 1
        model._default_manager.all().delete()
    with company_scope(world.company):
        make(world, on_the_day)
    assert _run() == 1
    assert _run() == 0
    with no_scope("the rows under test"):
        assert model._default_manager.count() == 0


def test_every_rule_has_a_case() -> None:
    # Muster makes no confirmations of addresses; the library's own would go all the same.
    tried = {model._meta.label for model, _days, _make in CASES} | {"account.EmailConfirmation"}
    assert tried == {rule.model._meta.label for rule in retention.rules()}


def test_each_companys_audit_says_how_many_went(worlds: tuple[World, World]) -> None:
    world, other = worlds
    old = NOW - dt.timedelta(days=91)
    with company_scope(world.company):
        for _n in range(3):
            _message(world, old)
        _message(world, NOW)
    with company_scope(other.company):
        _message(other, NOW)
    assert _run() == 3
    with company_scope(world.company):
        event = AuditEvent.objects.get(verb="records_expired")
        assert (event.actor_name, event.changes) == ("retention", {"outboxmessage": [3, 0]})
        assert OutboxMessage.objects.count() == 1
    with company_scope(other.company):
        assert not AuditEvent.objects.filter(verb="records_expired").exists()
        assert OutboxMessage.objects.count() == 1


def test_a_limit_of_a_week_outlives_the_daily_job(worlds: tuple[World, World]) -> None:
    asked = NOW - dt.timedelta(days=6)
    window = {"limit": ASKS_A_WEEK, "seconds": 7 * 24 * 3600}
    for _n in range(ASKS_A_WEEK):
        assert throttle.hit("records:somebody", now=asked, **window)
    assert _run() == 0
    assert not throttle.hit("records:somebody", now=NOW, **window)


@pytest.mark.parametrize("state", OutboxState)
def test_a_mail_that_waits_is_never_deleted(worlds: tuple[World, World], state: str) -> None:
    world, _other = worlds
    with company_scope(world.company):
        _message(world, NOW - dt.timedelta(days=400), state)
    assert _run() == (0 if state == OutboxState.QUEUED else 1)


def test_many_rows_go_in_pieces(
    worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, _other = worlds
    monkeypatch.setattr(retention, "_BATCH", 2)
    with company_scope(world.company):
        for _n in range(5):
            _message(world, NOW - dt.timedelta(days=91))
    assert _run() == 5
    with company_scope(world.company):
        events = AuditEvent.objects.filter(verb="records_expired").order_by("id")
        assert [event.changes["outboxmessage"] for event in events] == [[2, 0], [2, 0], [1, 0]]


@pytest.mark.django_db
def test_sqlite_counts_its_rows_anew_to_plan_by() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert retention.retention() == 0
    counted = [one["sql"] for one in asked.captured_queries if one["sql"].startswith("ANALYZE")]
    assert counted == (["ANALYZE"] if connection.vendor == "sqlite" else [])


def test_a_company_that_waits_to_join_is_never_deleted(db: None) -> None:
    join("waiting", asked_at=NOW - dt.timedelta(days=400))
    assert _run() == 0
