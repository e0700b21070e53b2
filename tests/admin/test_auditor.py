"""An auditor reads all of HR's pages and changes nothing, by whatever address and method."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from django.apps import apps
from django.test import Client

from companies.enums import Role
from companies.models import AuditEvent, Company, RoleGrant, User
from companies.once import FIELD
from companies.scoping import company_scope, no_scope
from tests.attendance.world import START, at
from tests.http import post_once
from tests.rights.addresses import LEAVES, address
from tests.rights.conftest import stand
from tests.rights.stand import Stand

__all__ = ["stand"]

READS = ("index", "jsi18n", "_changelist", "_change", "_history", "_late_arrivals")


@pytest.fixture
def auditor(stand: Stand) -> User:
    """Somebody from outside who audits until the end of the month."""
    user = User.objects.create_user(email="aud@it.example", name="Ananda", password="x" * 12)
    world = stand.ours.world
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=user, role=Role.AUDITOR, starts_on=START,
            ends_on=dt.date(2026, 3, 31),
        )  # fmt: skip
    return user


def _names() -> list[str]:
    return sorted(name for name in LEAVES if name.startswith("admin:"))


def _everything() -> dict[str, int]:
    """Return how many rows each table has, and how often companies' revisions rose."""
    with no_scope("counting every table"):
        counts = {
            model._meta.label: model._base_manager.count()
            for model in apps.get_models()
            if model._meta.app_label in ("companies", "attendance")
        }
    for company in Company.objects.all():
        counts[company.code] = company.settings_revision + company.faces_revision
    return counts


def _address(stand: Stand, name: str) -> str:
    return str(address(name, stand.ours, stand.ours.people["self"]))


def test_every_page_opens_to_be_read_and_nothing_else(
    client: Client, stand: Stand, auditor: User
) -> None:
    client.force_login(auditor)
    found = {}
    for name in _names():
        answer = client.get(_address(stand, name))
        found[name] = answer.status_code
    read = {name for name, status in found.items() if status == 200}
    assert read == {name for name in found if name.endswith(READS)}
    others = {name: status for name, status in found.items() if name not in read}
    assert {name: status for name, status in others.items() if status != 403} == {
        "admin:app_list": 302, "admin:login": 302, "admin:logout": 302, "admin:None": 404,
    }  # fmt: skip


def test_no_form_is_taken_and_nothing_changes(client: Client, stand: Stand, auditor: User) -> None:
    client.force_login(auditor)
    before = _everything()
    found = {}
    for name in _names():
        if name in ("admin:logout", "admin:login"):
            continue
        sent = {FIELD: str(uuid.uuid4()), "post": "yes", "reason": "r", "starts_on": "2026-01-01"}
        found[name] = client.post(_address(stand, name), sent).status_code
    assert {name: status for name, status in found.items() if status != 403} == {}
    assert _everything() == before
    assert client.post("/admin/logout/").status_code == 302


def test_no_page_shows_a_button_to_change(client: Client, stand: Stand, auditor: User) -> None:
    client.force_login(auditor)
    told = [
        "Save", "Delete…", "Send sign-in link", "Set a day by hand", "Add a punch", "Void",
        "Accept", "Reopen", "Lock a month", "Skip", "Judge days anew", "Change from a date…",
        "New hours from a date…", "End now", "Add person", "Approve", "Refuse",
        "Invite an auditor", "Take back",
    ]  # fmt: skip
    for name in _names():
        if name.endswith(("_changelist", "_change", "index")):
            text = client.get(_address(stand, name)).text
            assert [words for words in told if f">{words}<" in " ".join(text.split())] == [], name
            assert "/add/" not in text, name


def test_an_auditor_sees_a_picture_and_the_audit(
    client: Client, stand: Stand, auditor: User
) -> None:
    client.force_login(auditor)
    shown = client.get("/admin/companies/auditevent/")
    assert "Role given" in shown.text or "Month locked" in shown.text
    with company_scope(stand.ours.world.company):
        assert AuditEvent.objects.exists()


@pytest.mark.parametrize(("when", "status"), [("2026-03-31 12:00", 200), ("2026-04-02 12:00", 403)])
def test_it_ends_with_the_grant(client: Client, auditor: User, when: str, status: int) -> None:
    client.force_login(auditor)
    with time_machine.travel(at(when), tick=False):
        assert client.get("/admin/").status_code == status


def test_another_companys_rows_are_not_there(client: Client, stand: Stand, auditor: User) -> None:
    client.force_login(auditor)
    theirs = stand.theirs
    for name in _names():
        if name.endswith("_change"):
            answer = client.get(str(address(name, theirs, theirs.people["self"])))
            assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/"), name


def test_a_manager_and_an_auditor_keep_their_other_rights(client: Client, stand: Stand) -> None:
    """Who audits and is HR too decides; the wider right counts."""
    world = stand.ours.world
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.hari.user, role=Role.AUDITOR, starts_on=START
        )
    client.force_login(world.hari.user)
    assert client.get("/admin/companies/office/add/").status_code == 200


@pytest.mark.parametrize(("last", "is_given"), [("", False), ("2026-03-31", True)])
def test_hr_says_until_when_somebody_audits(stand: Stand, last: str, is_given: bool) -> None:
    world = stand.ours.world
    client = Client()
    client.force_login(world.hari.user)
    data = {"user": str(world.maya.user.public_id), "role": Role.AUDITOR, "ends_on": last}
    with time_machine.travel(at("2026-03-02 12:00"), tick=False):
        answer = post_once(
            client, "/admin/companies/rolegrant/add/", {**data, "starts_on": "2026-03-02"}
        )
    assert (answer.status_code == 302) is is_given
    assert ("Say until when they audit." in answer.text) is not is_given
    with company_scope(world.company):
        given = RoleGrant.objects.filter(user=world.maya.user, role=Role.AUDITOR)
        assert given.exists() is is_given
