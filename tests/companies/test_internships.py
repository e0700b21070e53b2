"""Internships: who may be an intern of whom, from when to when, and what is decided of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from companies import permissions, selectors, services
from companies.enums import InternshipState, Role, StipendPer
from companies.errors import (
    InternshipDatesWrong,
    InternshipNotLonger,
    InternshipNotShorter,
    InternshipOutside,
    InternshipOverlaps,
    InternshipRuns,
    InternshipTooLong,
    InvalidTransition,
    MentorUnfit,
    MusterError,
    NotAllowed,
    NotAnIntern,
    ReasonMissing,
    StipendUnfit,
)
from companies.models import (
    AuditEvent,
    Employee,
    Internship,
    InternshipEvent,
    OutboxMessage,
    RoleGrant,
)
from companies.scoping import company_scope
from tests.attendance.world import START, World, at, make_person, make_world
from tests.companies.internship_world import FIRST, LAST, make_internship

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def kettle(world: World) -> Iterator[World]:
    with company_scope(world.company):
        yield world


def _now(row: Internship) -> Any:
    return selectors.internships().get(pk=row.pk)


def _state(row: Internship, on: dt.date = dt.date(2026, 3, 4)) -> str:
    return selectors.internship_state(_now(row), on).value


def test_hr_adds_an_internship(kettle: World) -> None:
    row = make_internship(
        kettle, stipend_per=StipendPer.DAY, stipend_amount=Decimal("500.50"), note=" looms "
    )
    row.refresh_from_db()
    assert (row.stipend_per, row.stipend_amount, row.note) == ("day", Decimal("500.50"), "looms")
    assert (row.made_by_name, str(row)) == ("Hari", "Maya · 2 Mar 2026")
    assert (_now(row).ends_on, _state(row)) == (LAST, "ends_soon")
    event = AuditEvent.objects.get(verb="internship_added")
    assert event.changes["agreed_until"] == [None, "2026-03-13"]


def test_it_is_only_of_an_intern(kettle: World) -> None:
    with pytest.raises(NotAnIntern, match="Hari is no intern here"):
        services.internship_add(
            employee=kettle.hari, mentor=kettle.bikram, starts_on=FIRST, ends_on=LAST,
            by=kettle.actor(kettle.bikram, Role.HR),
        )  # fmt: skip


def test_nobody_adds_their_own_and_only_hr_adds_any(kettle: World) -> None:
    for by in (kettle.actor(kettle.maya, Role.HR), kettle.actor(kettle.bikram)):
        with pytest.raises(NotAllowed):
            make_internship(kettle, by=by)
    assert not Internship.objects.exists()


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"ends_on": FIRST - DAY}, InternshipDatesWrong),
        ({"ends_on": FIRST + 1098 * DAY}, InternshipTooLong),
        ({"starts_on": START - DAY}, InternshipOutside),
        ({"ends_on": dt.date(2026, 6, 1)}, InternshipOutside),
        ({"stipend_per": StipendPer.DAY}, StipendUnfit),
        ({"stipend_per": StipendPer.MONTH, "stipend_amount": Decimal(0)}, StipendUnfit),
        ({"stipend_amount": Decimal(5)}, StipendUnfit),
    ],
)
def test_what_cannot_be_is_refused(
    kettle: World, values: dict[str, Any], error: type[MusterError]
) -> None:
    Employee.objects.filter(pk=kettle.maya.pk).update(left_on=dt.date(2026, 5, 31))
    if error is InternshipTooLong:
        Employee.objects.filter(pk=kettle.maya.pk).update(left_on=None)
    with pytest.raises(error):
        make_internship(kettle, **values)
    assert not Internship.objects.exists()


def test_dates_outside_the_employment_say_which_it_is(kettle: World) -> None:
    with pytest.raises(InternshipOutside) as found:
        make_internship(kettle, starts_on=START - DAY)
    assert "Maya is employed from 1 January 2026 to now on." in str(found.value)
    Employee.objects.filter(pk=kettle.maya.pk).update(left_on=dt.date(2026, 5, 31))
    with pytest.raises(InternshipOutside) as found:
        make_internship(kettle, ends_on=dt.date(2026, 6, 1))
    assert "from 1 January 2026 to 31 May 2026." in str(found.value)


def test_the_mentor_is_somebody_else_who_works_here_then(kettle: World) -> None:
    late = make_person(kettle.company, "Nima", kettle.office, kettle.day_shift)
    Employee.objects.filter(pk=late.pk).update(joined_on=LAST)
    twice = make_person(kettle.company, "Tara", kettle.office, kettle.day_shift)
    Employee.objects.filter(pk=kettle.maya.pk).update(left_on=dt.date(2026, 5, 31))
    Employee.objects.filter(pk=twice.pk).update(user=kettle.maya.user)
    twice.refresh_from_db()
    for mentor in (kettle.maya, late, twice):
        with pytest.raises(MentorUnfit, match=f"{mentor.name} cannot be the mentor"):
            make_internship(kettle, mentor=mentor)


def test_two_of_a_person_never_overlap_unless_one_was_taken_back(kettle: World) -> None:
    row = make_internship(kettle)
    with pytest.raises(InternshipOverlaps, match="from 2 March 2026 to 13 March 2026"):
        make_internship(kettle, starts_on=LAST, ends_on=LAST + DAY)
    later = make_internship(kettle, starts_on=LAST + DAY, ends_on=LAST + 30 * DAY)
    with pytest.raises(InternshipOverlaps):
        services.internship_extend(
            internship=row, ends_on=LAST + DAY, reason="more to learn", by=kettle.hr
        )
    services.internship_void(internship=later, reason="typed twice", by=kettle.hr)
    services.internship_extend(
        internship=row, ends_on=LAST + DAY, reason="more to learn", by=kettle.hr
    )
    assert (_state(later), _now(row).ends_on) == ("void", LAST + DAY)


def test_it_is_extended_and_shortened_by_rows(kettle: World) -> None:
    row = make_internship(kettle)
    services.internship_extend(
        internship=row, ends_on=LAST + 7 * DAY, reason=" more to learn ", by=kettle.hr
    )
    assert _state(row) == "running"
    services.internship_shorten(
        internship=row, ends_on=LAST - DAY, reason="back to school", by=kettle.hr
    )
    events = list(selectors.internship_events(row))
    assert [(e.number, e.step, e.ends_on, e.words, e.made_by_name) for e in events] == [
        (1, "extended", LAST + 7 * DAY, "more to learn", "Hari"),
        (2, "shortened", LAST - DAY, "back to school", "Hari"),
    ]
    assert str(events[0]) == "Maya · 2 Mar 2026 · Extended"
    row.refresh_from_db()
    assert (row.agreed_until, _now(row).ends_on) == (LAST, LAST - DAY)
    trail = AuditEvent.objects.get(verb="internship_shortened")
    assert (trail.reason, trail.changes) == (
        "back to school", {"ends_on": ["2026-03-20", "2026-03-12"]},
    )  # fmt: skip


def test_wrong_days_and_missing_reasons_are_refused(kettle: World) -> None:
    row, by = make_internship(kettle), kettle.hr
    with pytest.raises(InternshipNotLonger, match="until 13 March 2026 already"):
        services.internship_extend(internship=row, ends_on=LAST, reason="x", by=by)
    with pytest.raises(InternshipTooLong):
        services.internship_extend(
            internship=row, ends_on=FIRST + 1098 * DAY, reason="x", by=by
        )  # fmt: skip
    for wrong in (FIRST - DAY, LAST):
        with pytest.raises(InternshipNotShorter, match="from 2 March 2026 on and before 13 March"):
            services.internship_shorten(internship=row, ends_on=wrong, reason="x", by=by)
    for call in (services.internship_extend, services.internship_shorten):
        with pytest.raises(ReasonMissing):
            call(internship=row, ends_on=LAST, reason=" ", by=by)
    with pytest.raises(ReasonMissing):
        services.internship_void(internship=row, reason="", by=by)
    with pytest.raises(NotAllowed):
        services.internship_void(internship=row, reason="x", by=kettle.actor(kettle.bikram))
    assert not InternshipEvent.objects.exists()


def test_it_is_completed_on_its_last_day_and_then_stands(kettle: World, noon: Any) -> None:
    row, by = make_internship(kettle), kettle.hr
    with pytest.raises(InternshipRuns, match="lasts until 13 March 2026"):
        services.internship_complete(internship=row, by=by)
    noon.move_to(at("2026-03-13 17:00"))
    services.internship_complete(internship=row, remark=" good hands ", by=by)
    (event,) = selectors.internship_events(row)
    assert (event.step, event.words, event.ends_on) == ("completed", "good hands", None)
    assert _state(row) == "completed"
    with pytest.raises(InvalidTransition):
        services.internship_complete(internship=row, by=by)
    with pytest.raises(InvalidTransition):
        services.internship_void(internship=row, reason="x", by=by)


def test_one_that_outlasts_the_employment_is_ended_early_before_it_is_completed(
    kettle: World, noon: Any
) -> None:
    row, by = make_internship(kettle), kettle.hr
    services.employee_leave(employee=kettle.maya, last_on=LAST - DAY, by=by)
    noon.move_to(at("2026-03-20 12:00"))
    with pytest.raises(InternshipOutside, match="from 1 January 2026 to 12 March 2026"):
        services.internship_complete(internship=row, by=by)
    services.internship_shorten(internship=row, ends_on=LAST - DAY, reason="left", by=by)
    services.internship_complete(internship=row, by=by)
    assert _state(row) == "completed"


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (FIRST - DAY, "to_come"),
        (FIRST, "running"),
        (FIRST + 16 * DAY, "ends_soon"),
        (FIRST + 15 * DAY, "running"),
        (FIRST + 30 * DAY, "ends_soon"),
        (FIRST + 31 * DAY, "over"),
    ],
)
def test_lists_and_words_agree_on_how_it_stands(kettle: World, on: dt.date, state: str) -> None:
    row = make_internship(kettle, ends_on=FIRST + 30 * DAY)
    done = make_internship(kettle, starts_on=START, ends_on=START + DAY)
    void = make_internship(kettle, starts_on=START + 9 * DAY, ends_on=START + 9 * DAY)
    services.internship_complete(internship=done, by=kettle.hr)
    services.internship_void(internship=void, reason="typed twice", by=kettle.hr)
    assert [_state(item, on) for item in (row, done, void)] == [state, "completed", "void"]
    for wanted in InternshipState:
        found = selectors.internships_in(selectors.internships(), wanted, on)
        assert [item.pk for item in found] == [
            item.pk
            for item in selectors.internships()
            if selectors.internship_state(item, on) == wanted
        ]


def test_who_sees_one(kettle: World) -> None:
    row = _now(make_internship(kettle))
    seen = {
        name: permissions.can_see_internship(actor, row)
        for name, actor in {
            "intern": kettle.actor(kettle.maya),
            "mentor": kettle.actor(kettle.bikram),
            "hr": kettle.hr,
            "auditor": kettle.actor(kettle.hari, Role.AUDITOR),
            "colleague": kettle.actor(kettle.hari),
            "hr of another company": make_world("oolong").hr,
        }.items()
    }
    assert seen == {
        "intern": True, "mentor": True, "hr": True, "auditor": True, "colleague": False,
        "hr of another company": False,
    }  # fmt: skip
    assert [item.pk for item in selectors.internships_of(kettle.maya)] == [row.pk]
    assert [item.pk for item in selectors.mentored_by(kettle.bikram)] == [row.pk]
    assert selectors.is_mentor(kettle.bikram)
    assert not selectors.is_mentor(kettle.maya)


def _remind(today: dt.date) -> None:
    for row in selectors.ending_internships(today):
        services.internship_remind(internship=row, today=today)


def test_who_signed_in_by_a_pin_or_acts_nowhere_is_told_of_no_intern(kettle: World) -> None:
    with company_scope(kettle.company):
        assert permissions.is_told_of_interns(kettle.hr)
        assert not permissions.is_told_of_interns(replace(kettle.hr, is_limited=True))
        assert not permissions.is_told_of_interns(replace(kettle.hr, company=None))


def test_mentor_and_hr_are_reminded_once_14_and_once_3_days_before(kettle: World) -> None:
    end = FIRST + 30 * DAY
    row = make_internship(kettle, ends_on=end)
    RoleGrant.objects.create(
        company=kettle.company, user=kettle.bikram.user, role=Role.HR, starts_on=START
    )
    counts = []
    for days in (15, 14, 13, 4, 3, 2, 0, -1):
        _remind(end - days * DAY)
        counts.append(OutboxMessage.objects.count())
    assert counts == [0, 2, 2, 2, 4, 4, 4, 4]
    mails = {mail.to: mail.values for mail in OutboxMessage.objects.all()}
    assert set(mails) == {"bikram@kettle.example", "hari@kettle.example"}
    assert mails["bikram@kettle.example"]["link"].endswith("/team/interns/")
    assert f"/internship/{row.public_id}/" in mails["hari@kettle.example"]["link"]
    assert mails["hari@kettle.example"]["ends"] == "Wed, 1 April 2026"


def test_of_two_that_were_missed_the_nearer_is_sent_and_an_extension_counts_anew(
    kettle: World,
) -> None:
    row = make_internship(kettle)
    _remind(LAST - 2 * DAY)
    keys = [mail.dedupe_key for mail in OutboxMessage.objects.all()]
    assert [key.rsplit(":", 2)[1:] for key in keys] == [["2026-03-13", "3"]] * 2
    services.internship_extend(internship=row, ends_on=LAST + DAY, reason="more", by=kettle.hr)
    _remind(LAST - DAY)
    assert OutboxMessage.objects.count() == 4


def test_a_mentor_who_left_gets_no_mail(kettle: World) -> None:
    make_internship(kettle)
    Employee.objects.filter(pk=kettle.bikram.pk).update(is_active=False)
    _remind(LAST)
    assert [mail.to for mail in OutboxMessage.objects.all()] == ["hari@kettle.example"]


@pytest.mark.parametrize("when", ["2026-03-12 23:59", "2026-03-13 00:01"])
def test_the_last_day_begins_by_the_companys_clocks(kettle: World, noon: Any, when: str) -> None:
    row = make_internship(kettle)
    noon.move_to(at(when))  # by UTC, the 12th both times
    if when < "2026-03-13":
        with pytest.raises(InternshipRuns):
            services.internship_complete(internship=row, by=kettle.hr)
    else:
        services.internship_complete(internship=row, by=kettle.hr)
        assert _state(row) == "completed"
