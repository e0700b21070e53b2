"""Everybody reads every page, form and file: of another company there is not one byte on it.

Every text of both companies begins with a mark of that company's own, and every row's public id is
known. Whatever anybody is answered is searched for the marks and ids that are not theirs to see,
compressed files included.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from companies import integrity
from companies.actor import job_actor
from companies.models import (
    AuditEvent,
    Company,
    CompanyDomain,
    OutboxMessage,
    RecordsRequest,
    SupportGrant,
    User,
)
from companies.scoping import no_scope
from tests.rights.addresses import LEAVES, SITES, address, lookups, questions
from tests.rights.asks import all_asks
from tests.rights.stand import ROLES, House, Role_, Stand
from tests.rights.walk import LOOKS, Ask, Askers, body_of, fingerprint, recognised

OUR_MARK, THEIR_MARK, COMPANY_MARK = "qxourq", "qxtheirq", "qxfirmq"
# What a text of these holds is not for people to read, or has to be what it is.
_PLAIN = re.compile(
    r"(?:zone|country|region|locale|sha256|storage_key|attachment_key|source_ref|template|dedupe_key|verb|engine"
    r"|version|key_id|channel|subject_type|subject_id|actor_id|request_id|half_split_at|problem"
    r"|text_version|_sha256|hash|hashed|nonce|password|code|email|to|state|face_reason|no_frame|last_error)\Z"
)


# What the mark and the beginning of a text need.
_ROOM = 80


def _texts(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the columns of the model whose text a person wrote or reads."""
    return [
        column
        for column in model._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField)
        and not column.choices
        and (column.max_length or _ROOM) >= _ROOM
        and not _PLAIN.search(column.name)
    ]


def _mark(table: str, column: str, mark: str, where: str, value: Any) -> None:
    """Write the mark before a text, past every manager."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{table}" SET "{column}" = %s || substr("{column}", 1, 60) '
            f'WHERE {where} = %s AND "{column}" <> %s',
            [f"{mark} ", value, ""],
        )


def mark(house: House, text: str) -> None:
    """Begin every text of the company with the mark."""
    company = house.world.company
    with integrity.purge(by=job_actor("test"), reason="marks", subject=house.world.maya):
        for model in apps.get_models():
            if any(column.name == "company" for column in model._meta.concrete_fields):
                for column in _texts(model):
                    _mark(model._meta.db_table, column.column, text, "company_id", company.pk)
        for user in house.users.values():
            _mark(User._meta.db_table, "name", text, "id", user.pk)
    Company.objects.filter(pk=company.pk).update(name=f"{text}{COMPANY_MARK}")


def ids_of(house: House) -> set[str]:
    """Return the public id of every row of the company and of its people."""
    company = house.world.company
    found = {str(company.public_id), *(str(user.public_id) for user in house.users.values())}
    with no_scope("ids of the rows under test"):
        for model in apps.get_models():
            names = {column.name for column in model._meta.concrete_fields}
            if {"company", "public_id"} <= names:
                rows = model._default_manager.filter(company=company)
                found |= {str(key) for key in rows.values_list("public_id", flat=True)}
    return found


@dataclass(frozen=True)
class Secrets:
    """What somebody must not read: texts and public ids; `own` is theirs to read all the same."""

    texts: tuple[str, ...]
    ids: set[str]
    own: tuple[str, ...] = ()

    def found_in(self, body: bytes, asked: str) -> set[str]:
        text = _unpacked(body).decode(errors="replace").lower()
        for word in self.own:
            text = text.replace(word.lower(), "")
        seen = {word for word in self.texts if word in text}
        keys = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text))
        # What was asked for may be said again; it says nothing that was not known.
        return seen | {key for key in keys & self.ids if key not in asked}


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return b"\n".join(name.encode() + packed.read(name) for name in packed.namelist())


@pytest.fixture
def marked(stand: Stand) -> dict[str, Secrets]:
    """Mark both companies; return what is secret to each kind of asker, or to one of them."""
    mark(stand.ours, OUR_MARK)
    mark(stand.theirs, THEIR_MARK)
    ours, theirs = ids_of(stand.ours), ids_of(stand.theirs)
    both = (OUR_MARK, THEIR_MARK)
    return {
        "inside": Secrets((THEIR_MARK,), theirs),
        "elsewhere": Secrets((OUR_MARK,), ours),
        "nobody": Secrets(both, ours | theirs),
        **_of_operators(stand, ours, theirs),
        "left": _of_the_past(stand, ours | theirs),
    }


def _of_operators(stand: Stand, ours: set[str], theirs: set[str]) -> dict[str, Secrets]:
    """An operator knows companies, their mail domains, and what they themselves asked; no person.

    After a company's mark its own name goes on without a space, everything else with one.
    """
    known = {str(house.world.company.public_id) for house in (stand.ours, stand.theirs)}
    with no_scope("what the operator asked"):
        asked = SupportGrant.objects.filter(operator=stand.helper)
        known |= {str(key) for key in asked.values_list("public_id", flat=True)}
        own = tuple(asked.values_list("reason", flat=True))
        domains = CompanyDomain.objects.all()
        known |= {str(key) for key in domains.values_list("public_id", flat=True)}
        told = tuple(
            text for row in domains.values_list(*(c.attname for c in _texts(CompanyDomain)))
            for text in row if text
        )  # fmt: skip
    people = (f"{OUR_MARK} ", f"{THEIR_MARK} ")
    return {
        "oper": Secrets(people, (ours | theirs) - known, told),
        "supp": Secrets(people[1:], theirs - known, (*own, *told)),
    }


def _of_the_past(stand: Stand, ids: set[str]) -> Secrets:
    """Who has left knows where that was, and what they asked there."""
    user, company = stand.ours.users["former"], stand.ours.world.company
    user.refresh_from_db()
    with no_scope("what the person asked"):
        asked = RecordsRequest.objects.filter(user=user).values_list("public_id", flat=True)
        own = {str(company.public_id), str(user.public_id), *(str(key) for key in asked)}
    return Secrets((OUR_MARK, THEIR_MARK), ids - own, (user.name, f"{OUR_MARK}{COMPANY_MARK}"))


def _asked_for(stand: Stand) -> Iterator[Ask]:
    """What only somebody who looks for it would ask: lists and look-ups, by marks and ids."""
    maya = stand.ours.people["self"]
    for model in SITES["admin"]._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        path = address(name, stand.ours, maya)
        for text in (OUR_MARK[:5], str(maya.public_id)):
            yield Ask(f"{name} ?q", "GET", f"{path}?q={text}")
        for question in questions("admin", model, stand.ours, maya):
            yield Ask(f"{name} ?{question.partition('=')[0]}", "GET", f"{path}?{question}")
        add = address(name.replace("changelist", "add"), stand.ours, maya)
        keys = "&".join(f"{key}={maya.public_id}" for key in ("employee", "office", "user"))
        yield Ask(f"{name} add", "GET", f"{add}?{keys}")
    for words, path in lookups():
        yield Ask(words, "GET", f"{path}&term={OUR_MARK[:5]}")


# Those who differ in what they read; the table has the others.
READERS = tuple(
    role
    for role in ROLES
    if role.column in {"nobody", "self", "pin", "mgr", "deleg", "hr", "supp", "oper", "left",
                       "o-emp", "o-mgr", "o-hr"}
)  # fmt: skip


def _rows_of(house: House) -> dict[str, str]:
    """Return a mark of each table's rows of the company."""
    pk = house.world.company.pk
    return {
        model._meta.db_table: fingerprint(model._meta.db_table, company=pk)
        for model in integrity.owned_models()
    }


# Whoever the lists and look-ups of admin sites open to, and one who is turned away at their door.
LISTED = tuple(role for role in READERS if role.column in {"self", "hr", "supp", "oper", "o-hr"})


def _leaks(
    stand: Stand, asks: list[Ask], marked: dict[str, Secrets], *, readers: tuple[Role_, ...]
) -> dict[Any, set[str]]:
    """Return what was read of others, and which of our tables were written from elsewhere."""
    askers, found = Askers(stand), {}
    before, pk = _rows_of(stand.ours), stand.ours.world.company.pk

    def touched(changed: set[str]) -> set[str]:
        return {
            table
            for table in changed & before.keys()
            if fingerprint(table, company=pk) != before[table]
        }

    for role in readers:
        secrets = marked[role.column] if role.column in marked else marked[role.kind]
        for asked in asks:
            look = touched if role.kind == "elsewhere" else None
            answer, changed = askers.ask(role.column, asked, look=look)
            sent = str(asked.data(role.column)) if asked.data else ""
            told = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
            leaked = secrets.found_in(body_of(answer) + told.encode(), asked.path + sent)
            leaked |= changed if look else set()
            # The table was walked without drawing; here every page is drawn.
            leaked |= changed - LOOKS if asked.method == "GET" else set()
            if leaked:
                found[role.column, asked.row, asked.method] = leaked
    return found


def test_the_marks_are_on_ones_own_pages(stand: Stand, marked: dict[str, Secrets]) -> None:
    """A walk that finds nothing proves nothing unless there is something to find."""
    names = (
        "attendance:team", "attendance:team-person", "admin:companies_employee_changelist",
        "admin:attendance_attendanceday_history",
    )  # fmt: skip
    maya = stand.ours.people["self"]
    asks = [Ask(name, "GET", str(address(name, stand.ours, maya))) for name in names]
    asks.append(Ask("portal:own-data", "POST", "/me/data"))
    askers = Askers(stand)
    for asked in asks:
        answer, _changed = askers.ask("hr", asked)
        assert marked["elsewhere"].found_in(body_of(answer), ""), asked.row


def test_nobody_reads_a_byte_of_another_company(stand: Stand, marked: dict[str, Secrets]) -> None:
    asks = [
        asked
        for asked in all_asks(stand)
        if asked.method == "GET" or (asked.method == "POST" and asked.data is not None)
    ]
    # A person's link or card is theirs whoever holds it, and a pass says whose it is.
    open_to_holders = (
        "portal:set-password", "portal:email-change", "portal:welcome", "leave:calendar", "door: ",
    )  # fmt: skip
    # What a company says on its careers page is everybody's to read; no candidate stands there.
    open_to_all = {name for name in LEAVES if name.startswith("portal:careers")}
    asks = [
        asked
        for asked in asks
        if not asked.row.startswith(open_to_holders)
        and asked.row.partition(" ")[0] not in open_to_all | {"portal:application"}
    ]
    with recognised():
        assert _leaks(stand, asks, marked, readers=READERS) == {}


def test_nobody_reads_it_by_looking_for_it(stand: Stand, marked: dict[str, Secrets]) -> None:
    with recognised():
        assert _leaks(stand, list(_asked_for(stand)), marked, readers=LISTED) == {}


def test_mails_tell_of_their_own_company_only(stand: Stand, marked: dict[str, Secrets]) -> None:
    """What lies in the outbox, and the audit of it, names nobody of the other company."""
    with no_scope("all mails and events"):
        for model in (OutboxMessage, AuditEvent):
            rows = list(model.objects.exclude(company=None))
            assert rows
            for row in rows:
                is_ours = row.company_id == stand.ours.world.company.pk
                secrets = marked["inside" if is_ours else "elsewhere"]
                told = repr([getattr(row, c.attname) for c in model._meta.concrete_fields])
                assert secrets.found_in(told.encode(), "") == set(), row
