"""HR sets up kinds of leave: a name, rules by date in words, and who decides."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client

from attendance.models import PayrollColumn
from companies.models import AuditEvent, Company
from companies.scoping import company_scope
from leave.enums import Decider
from leave.models import LeaveApprovalStep, LeaveType, LeaveTypeVersion
from leave.terms import Link, leave_settings
from tests.leave.admin.pages import errors_of, fields_of, send, statements
from tests.leave.world import Leave, d, n

TYPES = "/admin/leave/leavetype/"
VERSIONS = "/admin/leave/leavetypeversion/"


def _add_version(leave: Leave) -> str:
    return f"{VERSIONS}add/?leave_type={leave.annual.public_id}"


def _newest(leave: Leave) -> LeaveTypeVersion:
    found: LeaveTypeVersion = LeaveTypeVersion.objects.latest("id")
    return found


def test_a_type_is_added_with_its_rules_and_who_decides(hr: Client, leave: Leave) -> None:
    answer = send(
        hr, f"{TYPES}add/", name="Sick", code="SL", colour="#aa3311", unit="half_day",
        employment_types=["employee", "intern"], only_on="2026-11-09\n2026-04-14",
        most_per_period="12.5", negative_limit="", attachment_after="2",
        **{"chain-0-decider": "manager", "chain-1-decider": "person",
           "chain-1-person": str(leave.world.hari.public_id), "chain-1-above": "3"},
    )  # fmt: skip
    assert answer.status_code == 302, errors_of(answer)
    made = LeaveType.objects.get(code="SL")
    version = LeaveTypeVersion.objects.get(leave_type=made)
    assert (made.name, made.colour, version.starts_on) == ("Sick", "#aa3311", d("2000-01-01"))
    assert version.employment_types == ["employee", "intern"]
    assert version.only_on == ["2026-04-14", "2026-11-09"]
    assert (version.most_per_period, version.negative_limit) == (n("12.5"), None)
    company = Company.objects.get(pk=leave.world.company.pk)
    rules = leave_settings(company).by_version[version.pk]
    assert rules.chain == (
        Link(1, Decider.MANAGER, n("0")),
        Link(2, Decider.PERSON, n("3"), leave.world.hari.pk),
    )
    verbs = AuditEvent.objects.filter(actor_name="Hari").order_by("-id")
    assert list(verbs.values_list("verb", flat=True)[:2]) == ["leave_rules_set", "leave_type_added"]
    page = hr.get(f"{VERSIONS}{version.public_id}/change/").text
    for words in (
        "1. Whoever answers for the person", "2. Hari, of requests above 3", "Employee, Intern",
        "Tue 14 Apr 2026, Mon 9 Nov 2026", "1 January",
    ):  # fmt: skip
        assert words in page, words
    listed = hr.get(TYPES).text
    assert "at most 12.5 a year" in listed
    assert "on 2 dates" in listed


def test_new_rules_start_from_those_that_stand(hr: Client, leave: Leave) -> None:
    company = leave.world.company
    for place, decider in ((1, "manager"), (1, "hr"), (2, "hr")):
        LeaveApprovalStep.objects.create(
            company=company, version=_newest(leave), place=place, decider=decider,
            above=n("5") if place == 2 else n("0"),
        )  # fmt: skip
    shown = fields_of(hr.get(_add_version(leave)))
    assert [shown.get(f"chain-{row}-place") for row in range(4)] == ["1", "1", "2", ""]
    assert shown["chain-2-above"] == "5"
    answer = send(hr, _add_version(leave), starts_on="2026-04-01", notice_days="3")
    assert answer.status_code == 302, errors_of(answer)
    assert answer["Location"] == f"{TYPES}{leave.annual.public_id}/change/"
    version = _newest(leave)
    assert (version.starts_on, version.notice_days) == (d("04-01"), 3)
    assert list(version.approval_steps.values_list("place", "decider", "above")) == [
        (1, "manager", n("0")), (1, "hr", n("0")), (2, "hr", n("5")),
    ]  # fmt: skip
    page = hr.get(answer["Location"]).text
    assert "3 days&#x27; notice" in page


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"starts_on": "soon"}, "starts_on", "Enter a valid date."),
        ({"only_on": "2026-11-09, Diwali"}, "only_on", "Diwali is no date."),
        ({"encash_keep": "-1"}, "encash_keep", "Zero, or more."),
        ({"hours_per_day": "25"}, "__all__", "A day has between 0 and 24 hours."),
        ({"unit": "hour"}, "__all__", "Books kept in days stay so"),
        ({"chain-0-decider": "person"}, "__all__", "Look at who decides"),
        ({"chain-0-decider": "hr", "chain-0-place": "2"}, "__all__", "A chain begins at place 1"),
        ({"chain-TOTAL_FORMS": "many"}, "__all__", "Look at who decides"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_and_nothing_is_written(
    hr: Client, leave: Leave, changes: dict[str, Any], field: str, sentence: str
) -> None:
    before = _newest(leave).pk
    page = send(hr, _add_version(leave), **{"starts_on": "2026-04-01", **changes})
    assert page.status_code == 200
    assert sentence in " ".join(errors_of(page)[field])
    assert _newest(leave).pk == before


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"decider": "person"}, "Name the person."),
        ({"decider": "hr", "person": "MAYA"}, "or name none."),
        ({"decider": "hr", "above": "-1"}, "greater than or equal to 0"),
        ({"decider": "person", "person": str(uuid.UUID(int=7))}, "Select a valid choice."),
        ({"decider": "person", "person": "OTHER"}, "Select a valid choice."),
        (
            {"decider": "hr", "place": "2", "1-decider": "hr", "1-place": "2"},
            "They stand at this step already.",
        ),
    ],
)
def test_a_row_of_who_decides_says_what_is_wrong_beside_it(
    hr: Client, leave: Leave, other: Leave, row: dict[str, str], sentence: str
) -> None:
    known = {"MAYA": leave.maya, "OTHER": other.maya}
    sent = {
        f"chain-{name if name[0] == '1' else f'0-{name}'}": str(known[value].public_id)
        if value in known
        else value
        for name, value in row.items()
    }
    page = send(hr, _add_version(leave), starts_on="2026-04-01", **sent)
    assert page.status_code == 200
    assert sentence in page.text


def test_a_type_is_renamed_and_taken_off_offer_with_a_trace(hr: Client, leave: Leave) -> None:
    path = f"{TYPES}{leave.annual.public_id}/change/"
    assert send(hr, path, name="Yearly", is_offered="").status_code == 302
    leave.annual.refresh_from_db()
    assert leave.annual.name == "Yearly"
    event = AuditEvent.objects.get(verb="leave_type_changed")
    assert event.changes["name"] == ["Annual", "Yearly"]
    taken = send(hr, path, code="P")
    assert "names a day in the month" in str(errors_of(taken))


def test_a_code_in_the_payroll_file_is_not_changed_under_it(hr: Client, leave: Leave) -> None:
    path = f"{TYPES}{leave.annual.public_id}/change/"
    before, company = leave.annual.code, leave.world.company
    column = PayrollColumn.objects.create(
        company=company, heading="Annual leave", source="leave_of_type", value=before
    )
    PayrollColumn.objects.create(company=company, heading="Code", source="fixed", value=before)
    refused = str(errors_of(send(hr, path, code="AN", name="Yearly")))
    assert f"The payroll file has a column of {before}: “Annual leave”. Delete that" in refused
    leave.annual.refresh_from_db()
    assert (leave.annual.code, leave.annual.name) == (before, "Annual")
    # The rest of it may change.
    assert send(hr, path, name="Yearly").status_code == 302
    column.delete()
    assert send(hr, path, code="AN").status_code == 302
    leave.annual.refresh_from_db()
    assert (leave.annual.code, leave.annual.name) == ("AN", "Yearly")


def test_an_auditor_reads_and_no_more(auditor: Client, leave: Leave) -> None:
    version = _newest(leave)
    for path in (TYPES, f"{TYPES}{leave.annual.public_id}/change/",
                 f"{VERSIONS}{version.public_id}/change/"):  # fmt: skip
        page = auditor.get(path)
        assert page.status_code == 200
        assert "/add/" not in page.text
    assert auditor.get(f"{TYPES}add/").status_code == 403
    assert auditor.get(_add_version(leave)).status_code == 403


def test_another_companys_type_is_like_none(hr: Client, leave: Leave, other: Leave) -> None:
    page = hr.get(f"{VERSIONS}add/?leave_type={other.annual.public_id}")
    assert str(other.annual.public_id) not in page.text
    answer = hr.get(f"{TYPES}{other.annual.public_id}/change/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_the_list_costs_the_same_with_more_types(hr: Client, leave: Leave) -> None:
    one = [statements(hr, path) for path in (TYPES, VERSIONS)]
    with company_scope(leave.world.company):
        leave.type("Sick", "SL", draws_on=leave.annual)
        leave.type("Casual", "CL")
    assert [statements(hr, path) for path in (TYPES, VERSIONS)] == one
