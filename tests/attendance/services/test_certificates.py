"""Certificates: what they say, when another one replaces them, and what revokes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from attendance.errors import CertificateNotYet, CertificatePersonOff, CertificateUnchanged
from attendance.models import Certificate, CertificateRevocation
from attendance.rules.certificates import ALPHABET, content_hash
from attendance.selectors.certificates import (
    attended,
    certificate_by_code,
    certificate_state,
    certificates,
    valid_certificates,
)
from attendance.services.certificates import certificate_issue, certificate_revoke
from companies.enums import Role
from companies.errors import InternshipOutside, InvalidTransition, NotAllowed, ReasonMissing
from companies.leaving import what_is_open
from companies.models import AuditEvent, Employee
from companies.scoping import company_scope
from companies.services import employee_leave, internship_void
from tests.attendance.certificate_world import NOW, completed, issued, set_day
from tests.attendance.world import World, at
from tests.companies.internship_world import FIRST, LAST, make_internship

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOW), tick=False) as traveller:
        yield traveller


def _states() -> list[str]:
    return [certificate_state(row).value for row in certificates().order_by("number")]


def test_it_says_what_was_attended(scoped: World) -> None:
    row = issued(scoped)
    assert row.content == {
        "company": "Kettle", "name": "Maya", "first": "2026-03-02", "last": "2026-03-13",
        "present_halves": 5, "working_halves": 20, "worked_minutes": 1170, "mentor": "Bikram",
        "remark": "Good hands.", "issued_on": "2026-03-16", "issued_by": "Hari",
    }  # fmt: skip
    assert len(row.code) == 12 and set(row.code) <= set(ALPHABET)
    assert row.content_hash == content_hash(row.code, row.content)
    assert (row.number, row.issued_by_name, certificate_state(row)) == (1, "Hari", "valid")
    assert str(row) == f"{row.code[:4]}-{row.code[4:8]}-{row.code[8:]}"
    event = AuditEvent.objects.get(verb="certificate_issued")
    assert (event.subject_label, event.changes) == (str(row), {})


def test_only_of_a_completed_internship_and_only_by_hr(scoped: World) -> None:
    row = make_internship(scoped)
    with pytest.raises(CertificateNotYet):
        certificate_issue(internship=row, by=scoped.hr)
    internship_void(internship=row, reason="typed wrong", by=scoped.hr)
    with pytest.raises(CertificateNotYet):
        certificate_issue(internship=row, by=scoped.hr)
    done = completed(scoped)
    for by in (scoped.actor(scoped.bikram), scoped.actor(scoped.maya, Role.HR)):
        with pytest.raises(NotAllowed):
            certificate_issue(internship=done, by=by)
    assert not Certificate.objects.exists()


def test_nobody_is_certified_an_absence_because_they_were_switched_off(scoped: World) -> None:
    row = completed(scoped)
    Employee.objects.filter(pk=scoped.maya.pk).update(is_active=False)
    with pytest.raises(CertificatePersonOff, match="Maya is switched off"):
        certificate_issue(internship=row, by=scoped.hr)


def test_who_has_left_since_gets_one_too(scoped: World) -> None:
    row = completed(scoped)
    Employee.objects.filter(pk=scoped.maya.pk).update(left_on=LAST)
    made = certificate_issue(internship=row, by=scoped.hr)
    assert made.content["present_halves"] == 5


def test_a_last_day_written_after_it_was_completed_ends_what_is_certified(scoped: World) -> None:
    first, last_on = issued(scoped), dt.date(2026, 3, 6)
    employee_leave(employee=scoped.maya, last_on=last_on, by=scoped.hr)
    wrong = {each.title: each.count for each in what_is_open(scoped.maya, last_on)}
    assert wrong["Certificates that go beyond the last day"] == 1
    made = certificate_issue(internship=first.internship, by=scoped.hr)
    said = made.content["last"], made.content["present_halves"], made.content["working_halves"]
    assert said == ("2026-03-06", 5, 10)
    assert _states() == ["replaced", "valid"]
    titles = [each.title for each in what_is_open(scoped.maya, last_on)]
    assert "Certificates that go beyond the last day" not in titles


def test_nothing_is_certified_of_who_had_left_before_it_began(scoped: World) -> None:
    row = completed(scoped)
    Employee.objects.filter(pk=scoped.maya.pk).update(left_on=FIRST - dt.timedelta(days=1))
    with pytest.raises(InternshipOutside, match="to 1 March 2026"):
        certificate_issue(internship=row, by=scoped.hr)
    assert not Certificate.objects.exists()


def test_a_corrected_one_replaces_the_first_and_one_that_says_the_same_is_refused(
    scoped: World,
) -> None:
    first = issued(scoped)
    with pytest.raises(CertificateUnchanged):
        certificate_issue(internship=first.internship, by=scoped.hr)
    set_day(scoped, 5, worked=480)
    second = certificate_issue(internship=first.internship, by=scoped.hr)
    assert (second.number, second.content["present_halves"]) == (2, 7)
    assert _states() == ["replaced", "valid"]
    assert valid_certificates([first.internship_id]) == {first.internship_id: second}
    first.refresh_from_db()
    assert first.content["present_halves"] == 5
    event = AuditEvent.objects.filter(verb="certificate_issued").latest("pk")
    assert event.changes == {"replaced": [None, str(first)]}


def test_one_is_revoked_for_a_reason_once_and_may_be_issued_anew(scoped: World) -> None:
    first = issued(scoped)
    with pytest.raises(ReasonMissing):
        certificate_revoke(certificate=first, reason=" ", by=scoped.hr)
    with pytest.raises(NotAllowed):
        certificate_revoke(certificate=first, reason="x", by=scoped.actor(scoped.bikram))
    made = certificate_revoke(certificate=first, reason=" wrong person ", by=scoped.hr)
    assert (made.reason, made.revoked_by_name, str(made)) == ("wrong person", "Hari", str(first))
    with pytest.raises(InvalidTransition):
        certificate_revoke(certificate=first, reason="again", by=scoped.hr)
    assert CertificateRevocation.objects.count() == 1
    assert AuditEvent.objects.get(verb="certificate_revoked").reason == "wrong person"
    assert valid_certificates([first.internship_id]) == {}
    certificate_issue(internship=first.internship, by=scoped.hr)
    assert _states() == ["revoked", "valid"]


def test_its_code_is_found_by_anybody_and_only_as_it_is(world: World, other_world: World) -> None:
    with company_scope(world.company):
        row = issued(world)
    assert certificate_by_code(row.code) == row
    assert certificate_by_code("ACDEFGHJKMNP") is None
    with company_scope(other_world.company):
        assert not certificates().exists()
        assert certificate_by_code(row.code) == row


def test_a_day_off_that_was_worked_is_present_and_no_working_day(scoped: World) -> None:
    make_internship(scoped)
    set_day(scoped, 7, worked=300)  # a Saturday
    week = attended(scoped.maya, FIRST, dt.date(2026, 3, 8), now=at(NOW))
    assert (week.present_halves, week.working_halves, week.worked_minutes) == (2, 10, 300)
    ahead = attended(scoped.maya, dt.date(2026, 3, 16), dt.date(2026, 3, 20), now=at(NOW))
    assert ahead.working_halves == 2
