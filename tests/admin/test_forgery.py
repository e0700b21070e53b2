"""What HR of one company sends to reach another's rows, or what no page offers."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from companies.models import CompanyOwned, Employee
from companies.scoping import company_scope, no_scope
from tests.admin.test_every_page import ADDED, HR, _address, _row
from tests.attendance.world import World
from tests.http import post_once

NEVER = str(uuid.UUID(int=7))
ACTIONS = {
    "companies.employee": ("send_sign_in_link",),
    "companies.invitation": ("take_back",),
    "attendance.punchstate": ("accept", "void"),
    "attendance.attendanceperiod": ("reopen",),
    "leave.closure": ("book",),
    "leave.compoffclaim": ("approve", "refuse"),
    "leave.leaverequeststate": ("approve", "refuse", "ask_back", "cancel"),
}
FILTERS = ("person", "office", "department", "shift", "by")
# What differs from one rendering of a page to the next.
_RANDOM = re.compile(
    r'(?<=csrfmiddlewaretoken" value=")\w+|(?<=name="once" value=")[\w-]+|(?<=nonce=")[^"]+'
    r"|\b[0-9a-f]{32}\b"  # the request's own id
)


def _said(answer: HttpResponse, asked: str) -> tuple[int, str | None, str]:
    """Return status, target and body of an answer, without the id that was asked for."""
    text = _RANDOM.sub("", answer.text).replace(asked, "ID")
    return answer.status_code, answer.headers.get("Location"), text


def _addresses(label: str, row_id: str) -> Iterator[str]:
    name = label.replace(".", "_")
    for page in ("change", "history", "delete", *ACTIONS.get(label, ())):
        yield reverse(f"admin:{name}_{page}", args=(row_id,))


@pytest.mark.parametrize("label", sorted(HR))
def test_another_companys_row_answers_like_one_that_never_was(
    hr: Client, world: World, other: World, label: str
) -> None:
    model, admin = HR[label]
    with no_scope("the id of the row under test"):
        foreign = admin.row_id(_row(model, admin, other))
    pages = zip(_addresses(label, foreign), _addresses(label, NEVER), strict=True)
    sent = {"post": "yes", "reason": "mine", "name": "Mine"}
    for theirs, nobodys in pages:
        answers = []
        for address, asked in ((theirs, foreign), (nobodys, NEVER)):
            answers.append(_said(hr.get(address), asked))
            answers.append(_said(post_once(hr, address, sent), asked))
            # Where a redirect leads, both notices are shown, and gone.
            answers.append(_said(hr.get("/admin/"), asked))
        assert answers[:3] == answers[3:], theirs


@pytest.mark.parametrize("label", sorted(HR))
def test_a_filter_by_anothers_row_is_one_by_nothing(
    hr: Client, world: World, other: World, label: str
) -> None:
    address = _address(HR[label][1], "changelist")
    foreign = {
        "person": other.maya, "office": other.office, "shift": other.day_shift,
        "department": other.office, "by": other.hari.user,
    }  # fmt: skip
    for name in FILTERS:
        theirs = str(foreign[name].public_id)
        assert _said(hr.get(address, {name: theirs}), theirs) == _said(
            hr.get(address, {name: NEVER}), NEVER
        ), name


def _form(hr: Client, address: str) -> Any:
    """Return the form of a page; what a service writes is asked for on a page of its own kind."""
    context = hr.get(address).context
    return context["adminform"].form if "adminform" in context else context["form"]


def _keys(form: Any) -> list[str]:
    return [name for name, field in form.fields.items() if hasattr(field, "queryset")]


@pytest.mark.parametrize("label", sorted(ADDED))
def test_a_key_to_anothers_row_is_like_one_to_nothing(
    hr: Client, world: World, other: World, label: str
) -> None:
    address = _address(HR[label][1], "add")
    form = _form(hr, address)
    assert form.fields
    for name in _keys(form):
        model = form.fields[name].queryset.model
        with no_scope("a row of the other company"):
            rows = model.objects.filter(company=other.company) if issubclass(
                model, CompanyOwned) else model.objects.filter(pk=other.maya.user.pk)  # fmt: skip
            theirs = str(rows.first().public_id)
        shown = [_said(hr.get(address, {name: key}), key) for key in (theirs, NEVER)]
        assert shown[0] == shown[1], name
        sent = [_said(post_once(hr, address, {name: key}), key) for key in (theirs, NEVER)]
        assert sent[0] == sent[1], name
        assert "Select a valid choice" in sent[0][2]


def test_what_no_field_offers_is_not_taken(hr: Client, world: World, other: World) -> None:
    path = "/admin/companies/employee/add/"
    forged = {
        "company": str(other.company.pk), "company_id": str(other.company.pk), "id": "1",
        "user": str(world.hari.user.pk), "public_id": NEVER, "is_active": "",
    }  # fmt: skip
    data = {"name": "N", "code": "N1", "employment_type": "intern", "joined_on": "2026-03-02"}
    assert post_once(hr, path, data | forged).status_code == 302
    with no_scope("the new row, wherever it went"):
        row = Employee.objects.get(code="N1")
    assert (row.company, row.user, row.is_active) == (world.company, None, True)
    assert str(row.public_id) != NEVER


@pytest.mark.parametrize("label", sorted(HR))
def test_lists_take_no_writing(hr: Client, world: World, label: str) -> None:
    model, admin = HR[label]
    row = _row(model, admin, world)
    with company_scope(world.company):
        before = list(model._default_manager.order_by("pk").values())
    for sent in (
        {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"},
        {"_save": "1", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-id": row.pk},
    ):
        assert hr.post(_address(admin, "changelist"), sent).status_code == 200
    with company_scope(world.company):
        assert list(model._default_manager.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?_popup=1", 200),
        ("?e=1", 200),
        ("?_to_field=id", 400),
        ("?company__id__exact=1", 400),
        ("?similarity__gte=1", 400),
        ("?employee__user__password__startswith=x", 400),
        ("?punch__employee__company__code=other", 400),
        ("?q=%00", 400),
        ("?nonsense=1", 400),
    ],
)
def test_a_list_answers_its_own_questions_only(
    hr: Client, world: World, query: str, status: int
) -> None:
    assert hr.get(f"/admin/attendance/punchstate/{query}").status_code == status


def test_any_text_may_stand_in_an_address(hr: Client, world: World) -> None:
    """A link may fill in the first value of a field; a wrong one fills in nothing."""
    for label in sorted(ADDED):
        address = _address(HR[label][1], "add")
        names = _form(hr, address).fields
        assert hr.get(address, dict.fromkeys(names, "'\"<b>")).status_code == 200, label


@pytest.mark.parametrize("label", sorted(HR))
def test_looking_writes_nothing_but_that_one_looked(hr: Client, world: World, label: str) -> None:
    model, admin = HR[label]
    row = _row(model, admin, world)
    with no_scope("addresses of the row under test"):
        pages = [_address(admin, "changelist"), *_addresses(label, admin.row_id(row))]
    for address in pages:
        with CaptureQueriesContext(connection) as queries:
            hr.get(address)
        said = [query["sql"].split() for query in queries]
        wrote = [words for words in said if words[0] in ("INSERT", "UPDATE", "DELETE", "BEGIN")]
        # The page of a punch shows a face check: that one looked is written down, by one statement.
        is_look = label == "attendance.punchstate" and address.endswith("/change/")
        tables = [words[words.index("INTO") + 1] for words in wrote if words[0] == "INSERT"]
        assert tables == ['"companies_look"'] * is_look, address
        assert len(wrote) == len(tables), address


def test_names_are_text_wherever_they_stand(hr: Client, world: World) -> None:
    evil = "<img src=x onerror=alert(1)>"
    rows = [world.company, world.maya, world.office, world.day_shift, world.maya.user]
    with company_scope(world.company):
        for row in rows:
            type(row).objects.filter(pk=row.pk).update(name=evil)
    for label, (model, admin) in sorted(HR.items()):
        with no_scope("addresses of the row under test"):
            row_id = admin.row_id(_row(model, admin, world))
        for address in (_address(admin, "changelist"), *_addresses(label, row_id)):
            assert evil not in hr.get(address, {"q": evil}).text, address
