"""The mentor of an internship changes: from now on, for a reason, told to both."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.template.loader import render_to_string

from attendance.services.certificates import certificate_issue
from companies import permissions, selectors, services
from companies.enums import Role
from companies.errors import (
    InvalidTransition,
    MentorUnchanged,
    MentorUnfit,
    NotAllowed,
    ReasonMissing,
)
from companies.models import AuditEvent, Employee, Internship, InternshipEvent, OutboxMessage
from companies.scoping import company_scope
from tests.attendance.world import World, at, make_person, make_world
from tests.companies.internship_world import FIRST, LAST, make_internship

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def kettle(world: World) -> Iterator[World]:
    """The company with Nima, who may take Maya over from Bikram."""
    with company_scope(world.company):
        make_person(world.company, "Nima", world.office, world.day_shift)
        yield world


def _nima() -> Employee:
    found: Employee = Employee.objects.get(name="Nima")
    return found


def _hand_over(world: World, row: Internship, **more: Any) -> InternshipEvent:
    chosen = {"internship": row, "mentor": _nima(), "reason": " on leave ", "by": world.hr, **more}
    return services.internship_hand_over(**chosen)


def test_another_mentor_is_a_row_and_the_agreed_one_stays(kettle: World) -> None:
    row = make_internship(kettle)
    made = _hand_over(kettle, row)
    assert (made.number, made.step, made.ends_on, made.words) == (1, "mentor", None, "on leave")
    assert str(made) == "Maya · 2 Mar 2026 · Another mentor"
    now = selectors.internships().get(pk=row.pk)
    assert (now.mentor, now.mentor_now, now.mentor_name) == (kettle.bikram, _nima().pk, "Nima")
    assert (now.ends_on, selectors.mentor_of(now)) == (LAST, _nima())
    event = AuditEvent.objects.get(verb="internship_mentor")
    assert (event.reason, event.changes) == (
        "on leave", {"mentor": [str(kettle.bikram), str(_nima())]},
    )  # fmt: skip
    assert list(selectors.mentored_by(kettle.bikram)) == []
    assert [item.pk for item in selectors.mentored_by(_nima())] == [row.pk]


def test_who_sees_it_goes_with_the_mentor(kettle: World) -> None:
    row = make_internship(kettle)
    _hand_over(kettle, row)
    for person, sees in ((kettle.bikram, False), (_nima(), True), (kettle.maya, True)):
        assert permissions.can_see_internship(kettle.actor(person), row) is sees


def test_both_are_told_and_the_end_is_told_to_the_new_one(kettle: World) -> None:
    row = make_internship(kettle)
    _hand_over(kettle, row)
    mails = {mail.to: mail for mail in OutboxMessage.objects.all()}
    assert {to: mail.template for to, mail in mails.items()} == {
        "nima@kettle.example": "companies/email/mentor_begins",
        "bikram@kettle.example": "companies/email/mentor_over",
    }
    begins, over = mails["nima@kettle.example"], mails["bikram@kettle.example"]
    assert _subject(begins) == "You are the mentor of Maya now"
    assert _subject(over) == "Nima is the mentor of Maya now"
    assert "who is an intern at Kettle until Fri, 13 March 2026." in _body(begins)
    assert "Reason given: on leave" in _body(over)
    (ending,) = selectors.ending_internships(LAST)
    services.internship_remind(internship=ending, today=LAST)
    reminded = OutboxMessage.objects.filter(template="companies/email/internship_ends")
    assert sorted(mail.to for mail in reminded) == ["hari@kettle.example", "nima@kettle.example"]
    assert {mail.values["mentor"] for mail in reminded} == {"Nima"}


def _subject(mail: OutboxMessage) -> str:
    return render_to_string(f"{mail.template}_subject.txt", mail.values).strip()


def _body(mail: OutboxMessage) -> str:
    return render_to_string(f"{mail.template}_body.txt", mail.values)


def test_back_and_forth_is_told_each_time(kettle: World) -> None:
    row = make_internship(kettle)
    _hand_over(kettle, row)
    _hand_over(kettle, row, mentor=kettle.bikram)
    assert selectors.internships().get(pk=row.pk).mentor_name == "Bikram"
    _hand_over(kettle, row)
    assert OutboxMessage.objects.count() == 6
    assert [event.number for event in selectors.internship_events(row)] == [1, 2, 3]


def test_a_mentor_who_left_is_replaced_and_gets_no_mail(kettle: World) -> None:
    row = make_internship(kettle)
    Employee.objects.filter(pk=kettle.bikram.pk).update(left_on=FIRST)
    _hand_over(kettle, row)
    assert [mail.to for mail in OutboxMessage.objects.all()] == ["nima@kettle.example"]


def test_what_cannot_be_is_refused(kettle: World) -> None:
    row, by = make_internship(kettle), kettle.hr
    gone = make_person(kettle.company, "Omar", kettle.office, kettle.day_shift)
    Employee.objects.filter(pk=gone.pk).update(left_on=FIRST)
    outside = make_world("oolong")
    for error, more in (
        (MentorUnchanged, {"mentor": kettle.bikram}),
        (MentorUnfit, {"mentor": kettle.maya}),
        (MentorUnfit, {"mentor": gone}),
        (MentorUnfit, {"mentor": outside.hari}),
        (ReasonMissing, {"reason": " "}),
        (NotAllowed, {"by": kettle.actor(kettle.bikram)}),
        (NotAllowed, {"by": kettle.actor(kettle.maya, Role.HR)}),
        (NotAllowed, {"by": outside.hr}),
    ):
        with pytest.raises(error):
            _hand_over(kettle, row, **more)
    assert not InternshipEvent.objects.exists() and not OutboxMessage.objects.exists()
    services.internship_void(internship=row, reason="typed twice", by=by)
    with pytest.raises(InvalidTransition):
        _hand_over(kettle, row)


def test_of_one_to_come_the_mentor_is_here_by_then(kettle: World) -> None:
    begins = dt.date(2026, 4, 6)
    row = make_internship(kettle, starts_on=begins, ends_on=begins + 30 * DAY)
    Employee.objects.filter(name="Nima").update(joined_on=dt.date(2026, 4, 1))
    assert _hand_over(kettle, row).mentor == _nima()


def test_the_certificate_names_who_is_the_mentor_by_then(kettle: World, noon: Any) -> None:
    row = make_internship(kettle)
    _hand_over(kettle, row)
    noon.move_to(at("2026-03-13 17:00"))
    services.internship_complete(internship=row, by=kettle.hr)
    assert certificate_issue(internship=row, by=kettle.hr).content["mentor"] == "Nima"
