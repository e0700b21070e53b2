"""HR's pages of internships: added, extended, ended early, completed; certificates issued."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.models import Certificate, CertificateRevocation
from companies.enums import EmploymentType, Role
from companies.models import Employee, Internship, InternshipEvent, RoleGrant
from companies.scoping import company_scope
from companies.selectors import internships
from tests.attendance.world import START, World, at
from tests.http import post_once

LIST = "/admin/companies/internship/"
CERTIFICATES = "/admin/attendance/certificate/"


def _form(world: World, **values: Any) -> dict[str, Any]:
    return {
        "employee": world.bikram.public_id, "mentor": world.maya.public_id,
        "starts_on": "2026-03-02", "ends_on": "2026-03-13", "stipend_per": "day",
        "stipend_amount": "500.50", "note": "looms", **values,
    }  # fmt: skip


@pytest.fixture
def intern(world: World) -> Employee:
    """Bikram, an intern; of Maya the company has a completed internship already."""
    with company_scope(world.company):
        Employee.objects.filter(pk=world.bikram.pk).update(employment_type=EmploymentType.INTERN)
    return world.bikram


def _row(world: World, employee: Employee) -> Any:
    with company_scope(world.company):
        return internships().get(employee=employee)


def _page(row: Any, action: str = "change") -> str:
    return f"{LIST}{row.public_id}/{action}/"


@pytest.fixture
def row(hr: Client, world: World, intern: Employee) -> Any:
    assert post_once(hr, f"{LIST}add/", _form(world)).status_code == 302
    return _row(world, intern)


def test_hr_adds_one_and_reads_it(hr: Client, world: World, row: Any) -> None:
    assert (row.stipend_per, row.stipend_amount, row.note) == ("day", Decimal("500.50"), "looms")
    assert row.made_by_name == "Hari"
    text = hr.get(_page(row)).text
    for words in ("500.50 · Per stipend day", "Ends soon · 9 days left", "Fri, 13 Mar 2026"):
        assert words in text
    listed = hr.get(LIST).text
    assert "Ends soon · 9 days left" in listed and "Completed" in listed


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"ends_on": "2026-03-01"}, "The last day is before the first."),
        ({"employee": "maya"}, "is no intern here"),
        ({"mentor": "bikram"}, "cannot be the mentor"),
        ({"stipend_amount": ""}, "A stipend has an amount above 0"),
        ({"stipend_per": "none"}, "A stipend has an amount above 0"),
        ({"stipend_amount": "-5"}, "greater than or equal to 0"),
        ({"stipend_amount": "1e400"}, "no more than 12 digits"),
        ({"starts_on": "soon"}, "Enter a valid date."),
        ({"stipend_per": "week"}, "Select a valid choice."),
        ({"mentor": "other"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    hr: Client, world: World, other: World, intern: Employee, values: dict[str, str], sentence: str
) -> None:
    people = {"maya": world.maya, "bikram": world.bikram, "other": other.maya}
    sent = {key: people[value].public_id if value in people else value
            for key, value in values.items()}  # fmt: skip
    answer = post_once(hr, f"{LIST}add/", _form(world, **sent))
    assert answer.status_code == 200 and sentence in answer.text
    with company_scope(world.company):
        assert not Internship.objects.filter(employee=intern).exists()


def test_the_list_by_state(hr: Client, world: World, row: Any) -> None:
    done = _row(world, world.maya)

    def found(state: str) -> list[bool]:
        text = hr.get(f"{LIST}?state={state}").text
        return [_page(item) in text for item in (row, done)]

    assert found("ends_soon") == [True, False]
    assert found("completed") == [False, True]
    assert found("over") == found("running") == [False, False]
    assert found("nothing") == [True, True]


def test_days_are_those_of_the_company(hr: Client, world: World, row: Any) -> None:
    with time_machine.travel(at("2026-03-14 00:30"), tick=False):  # by UTC, its last day yet
        assert _page(row) in hr.get(f"{LIST}?state=over").text
        assert "Over, to be completed" in hr.get(_page(row)).text
    with time_machine.travel(at("2026-03-13 00:30"), tick=False):
        assert "Today is the last day" in hr.get(LIST).text
        assert _page(row, "complete") in hr.get(_page(row)).text


def test_it_is_extended_and_ends_early_with_reasons(hr: Client, world: World, row: Any) -> None:
    assert post_once(hr, _page(row, "extend"), {"ends_on": "2026-04-10"}).status_code == 200
    moved = {"ends_on": "2026-04-10", "reason": "more to learn"}
    assert post_once(hr, _page(row, "extend"), moved).status_code == 302
    early = post_once(hr, _page(row, "shorten"), {"ends_on": "2026-04-10", "reason": "school"})
    assert "Choose a day from 2 March 2026 on and before 10 April 2026." in early.text
    moved = {"ends_on": "2026-03-04", "reason": "school"}
    assert post_once(hr, _page(row, "shorten"), moved).status_code == 302
    assert _row(world, world.bikram).ends_on == dt.date(2026, 3, 4)
    text = hr.get(_page(row)).text
    assert "<b>Extended · Fri, 10 Apr 2026</b> more to learn (Hari, 4 Mar 2026)" in text
    assert "<b>Ends early · Wed, 4 Mar 2026</b> school (Hari, 4 Mar 2026)" in text
    assert "Today is the last day" in text


def test_another_mentor_is_chosen_for_a_reason(hr: Client, world: World, row: Any) -> None:
    asked = hr.get(_page(row, "mentor")).text
    assert "Maya is the mentor until now. Both get a mail" in asked
    sent = {"mentor": world.maya.public_id, "reason": "on leave"}
    assert "Maya is the mentor already." in post_once(hr, _page(row, "mentor"), sent).text
    sent["mentor"] = world.hari.public_id
    assert post_once(hr, _page(row, "mentor"), {**sent, "reason": ""}).status_code == 200
    assert post_once(hr, _page(row, "mentor"), sent).status_code == 302
    text = hr.get(_page(row)).text
    assert "Hari is the mentor of Bikram now." in text
    assert "<b>Another mentor · Hari</b> on leave (Hari, 4 Mar 2026)" in text
    assert _page(row) in hr.get(f"{LIST}?q=hari").text
    assert _page(row) not in hr.get(f"{LIST}?q=maya").text


def test_it_is_completed_certified_and_the_certificate_revoked(
    hr: Client, world: World, row: Any, client: Client
) -> None:
    early = post_once(hr, _page(row, "complete"), {"remark": "Good."})
    assert "The internship lasts until 13 March 2026." in early.text
    post_once(hr, _page(row, "shorten"), {"ends_on": "2026-03-03", "reason": "school"})
    too_soon = post_once(hr, _page(row, "issue"))
    assert "Complete the internship first" in too_soon.text
    assert post_once(hr, _page(row, "complete"), {"remark": "Good."}).status_code == 302
    assert "issue" in hr.get(_page(row)).text
    assert post_once(hr, _page(row, "issue")).status_code == 302
    with company_scope(world.company):
        made = Certificate.objects.get(internship=row)
    assert str(made) in hr.get(_page(row)).text
    page = f"{CERTIFICATES}{made.public_id}/"
    text = hr.get(f"{page}change/").text
    for words in (
        "Remark: <b>Good.</b>", f"/certificates/{made.public_id}/file", f"/certificate/{made}/",
        "This certificate is valid.",
    ):  # fmt: skip
        assert words in text
    assert post_once(hr, f"{page}revoke/", {"reason": ""}).status_code == 200
    assert post_once(hr, f"{page}revoke/", {"reason": "wrong days"}).status_code == 302
    text = hr.get(f"{page}change/").text
    assert "Hari, 4 Mar 2026: wrong days" in text and f"{page}revoke/" not in text
    with company_scope(world.company):
        assert CertificateRevocation.objects.get().certificate == made


def test_what_was_entered_by_mistake_is_taken_back(hr: Client, world: World, row: Any) -> None:
    assert post_once(hr, _page(row, "take-back"), {"reason": "typed twice"}).status_code == 302
    text = hr.get(_page(row)).text
    assert "Taken back" in text and _page(row, "extend") not in text
    again = post_once(hr, _page(row, "take-back"), {"reason": "typed twice"})
    assert "This was already decided." in again.text
    with company_scope(world.company):
        assert InternshipEvent.objects.filter(internship=row).count() == 1


def test_nobody_decides_about_their_own(world: World, row: Any, client: Client) -> None:
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.bikram.user, role=Role.HR, starts_on=START
        )
    own = Client()
    own.force_login(world.bikram.user)
    assert _page(row, "extend") not in own.get(_page(row)).text
    answer = post_once(own, _page(row, "extend"), {"ends_on": "2026-04-10", "reason": "x"})
    assert "You may not do this." in answer.text
    assert _row(world, world.bikram).ends_on == dt.date(2026, 3, 13)


def test_an_auditor_reads_and_adds_nothing(world: World, row: Any) -> None:
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.maya.user, role=Role.AUDITOR, starts_on=START
        )
    auditor = Client()
    auditor.force_login(world.maya.user)
    assert "500.50" in auditor.get(_page(row)).text
    assert auditor.get(f"{LIST}add/").status_code == 403
    assert post_once(auditor, _page(row, "take-back"), {"reason": "x"}).status_code == 403


def test_lists_cost_the_same_for_three(hr: Client, world: World, row: Any) -> None:
    def statements() -> list[int]:
        counts = []
        for path in (LIST, CERTIFICATES):
            hr.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert hr.get(path).status_code == 200
            counts.append(len(queries))
        return counts

    before = statements()
    with company_scope(world.company):
        known = Certificate.objects.get()
        for n in (1, 2):
            Internship.objects.create(
                company=world.company, employee=world.bikram, mentor=world.maya,
                starts_on=dt.date(2026, 5, n), agreed_until=dt.date(2026, 5, n),
                made_by_id="x", made_by_name="Hari", made_at=at("2026-03-04 12:00"),
            )  # fmt: skip
            Certificate.objects.create(
                company=world.company, internship=row, number=n, code=f"ACDEFGHJKMN{n}",
                content=known.content, content_hash="x", issued_by_id="x", issued_by_name="Hari",
                issued_at=at("2026-03-04 12:00"),
            )  # fmt: skip
    assert statements() == before
