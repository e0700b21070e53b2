"""Calendar feeds: who reads what by an address alone, and that calendar programs understand it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client, override_settings
from hypothesis import given
from hypothesis import strategies as st

from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.errors import NotAllowed
from companies.models import AuditEvent, Department, Employee, Placement, RoleGrant, User
from leave import feed_views, ics
from leave.enums import FeedKind, Taken
from leave.models import CalendarFeed
from leave.selectors.feeds import feed_url
from leave.services import decisions, settings
from leave.services.feeds import feed_end, feed_make
from tests.attendance.world import at, make_person
from tests.http import post_once
from tests.leave.calendars import Found, events
from tests.leave.world import NOW, Leave, d, make_leave


def _path(feed: CalendarFeed) -> str:
    return f"/{feed_url(feed).partition('://')[2].partition('/')[2]}"


def _made(leave: Leave, kind: FeedKind = FeedKind.OWN, by: Actor | None = None) -> str:
    return _path(feed_make(kind=kind, by=by or leave.me))


def _read(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


def _events(path: str) -> list[Found]:
    answer = _read(path)
    assert answer.status_code == 200
    return events(answer.content)


# --- one's own ------------------------------------------------------------------------------------
def test_approved_leave_stands_in_it_with_its_kind(leave: Leave) -> None:
    leave.grant("10")
    long = leave.approve(leave.submit("03-05", "03-10"))
    leave.submit("03-12")
    path = _made(leave)
    (found,) = _events(path)
    assert found == Found(
        uid=f"{long.public_id}@muster", summary="Annual", start=d("03-05"), end=d("03-11"),
        url=f"http://127.0.0.1:8000/leave/requests/{long.public_id}/", is_busy=True,
    )  # fmt: skip


def test_the_answer_is_a_calendar_for_one_reader(leave: Leave) -> None:
    answer = _read(_made(leave))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'inline; filename="leave.ics"'
    assert answer["Cache-Control"] == "private, max-age=300"
    assert answer["Last-Modified"] == "Mon, 02 Mar 2026 06:15:00 GMT"
    lines = answer.text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert "X-WR-CALNAME:Leave · Kettle" in lines
    assert {"METHOD:PUBLISH", "VERSION:2.0"} <= set(lines)
    assert Client().head(_made(leave)).status_code == 200


def test_what_has_not_changed_is_not_sent_again(leave: Leave) -> None:
    leave.grant("10")
    leave.approve(leave.submit("03-05"))
    path = _made(leave)
    tag = _read(path)["ETag"]
    again = _read(path, if_none_match=tag)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    changed = leave.approve(leave.submit("03-06"))
    other = _read(path, if_none_match=tag)
    assert other.status_code == 200
    assert other["ETag"] != tag
    decisions.request_cancel(request=changed, by=leave.boss, reason="Not needed", now=NOW)
    assert _read(path)["ETag"] == tag
    # By its date alone nothing is held back: what was cancelled is newer than all that is left.
    since = other["Last-Modified"]
    assert _read(path, if_modified_since=since).status_code == 200


def test_cancelled_leave_disappears_and_what_is_left_of_it_stays(leave: Leave) -> None:
    leave.grant("10")
    request = leave.approve(leave.submit("03-09", "03-12"))
    sick = leave.type("Sick", "SL", needs_allocation=False, converts_planned=True)
    leave.approve(leave.submit("03-10", leave_type=sick, over=request))
    found = [(each.uid, each.summary, each.start, each.end) for each in _events(_made(leave))]
    (ill,) = [each for each in found if each[1] == "Sick"]
    assert ill[2:] == (d("03-10"), d("03-11"))
    assert [each for each in found if each != ill] == [
        (f"{request.public_id}@muster", "Annual", d("03-09"), d("03-10")),
        (f"{request.public_id}-1@muster", "Annual", d("03-11"), d("03-13")),
    ]


def test_a_half_is_said_in_the_title_or_beside_several_dates(leave: Leave) -> None:
    leave.grant("10")
    leave.approve(leave.submit("03-04", first_part=Taken.PM))
    leave.approve(leave.submit("03-09", "03-10", last_part=Taken.AM))
    half, several = _events(_made(leave))
    assert (half.summary, half.start, half.end, half.is_busy) == (
        "Annual (second half)", d("03-04"), d("03-05"), False,
    )  # fmt: skip
    assert (several.summary, several.description) == ("Annual", "Tue 10 March: first half")


def test_hours_are_a_stretch_of_time(leave: Leave) -> None:
    hours = leave.type("Study", "SH", unit="hour", needs_allocation=False)
    nine, eleven = dt.time(9), dt.time(11, 30)
    leave.approve(leave.submit("03-05", leave_type=hours, starts_at=nine, ends_at=eleven))
    (found,) = _events(_made(leave))
    assert (found.start, found.end) == (at("2026-03-05 09:00"), at("2026-03-05 11:30"))
    assert found.summary == "Study"


def test_it_speaks_the_readers_tongue_and_keeps_three_months(leave: Leave) -> None:
    leave.grant("10", "2026-01-01")
    leave.approve(leave.submit("03-05"))
    path = _made(leave)
    with time_machine.travel(at("2026-06-04 12:00"), tick=False):
        assert len(_events(path)) == 1
    with time_machine.travel(at("2026-06-08 12:00"), tick=False):
        assert _events(path) == []


# --- the team -------------------------------------------------------------------------------------
def _beside(leave: Leave, name: str, **place: Any) -> Employee:
    """Return another one below Bikram."""
    world = leave.world
    person = make_person(world.company, name, world.office, world.day_shift)
    Placement.objects.filter(employee=person).update(manager=world.bikram, **place)
    leave.grant("10", employee=person)
    return person


def _off(leave: Leave, person: Employee, first: str, last: str = "", **more: Any) -> None:
    request = leave.submit(
        first, last, employee=person, by=leave.world.actor(person), note="Private", **more
    )
    decisions.request_approve(request=request, by=leave.hr, now=NOW)


def test_a_team_is_who_works_beside_and_below_without_reasons(leave: Leave) -> None:
    leave.grant("10")
    leave.approve(leave.submit("03-05", note="Private"))
    nima = _beside(leave, "Nima")
    _off(leave, nima, "03-06")
    mine, bosses = _made(leave, FeedKind.TEAM), _made(leave, FeedKind.TEAM, leave.boss)
    assert [each.summary for each in _events(mine)] == ["Annual", "Nima is off"]
    assert [each.summary for each in _events(bosses)] == ["Maya is off", "Nima is off"]
    assert b"Private" not in _read(bosses).content
    assert all(not each.url and not each.is_busy for each in _events(bosses))
    # HR answers for everybody: that is no team.
    assert _events(_made(leave, FeedKind.TEAM, leave.hr)) == []


def test_what_colleagues_may_know_is_said(leave: Leave) -> None:
    leave.grant("10")
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, colleagues_see_reason=True)
    leave.approve(leave.submit("03-05", note="Private"))
    (found,) = _events(_made(leave, FeedKind.TEAM, leave.boss))
    assert found.summary == "Maya: Annual"


def test_a_department_is_a_team_and_who_leaves_it_is_gone(leave: Leave) -> None:
    looms = Department.objects.create(company=leave.world.company, name="Looms")
    nima = _beside(
        leave,
        "Nima",
        department=looms,
    )
    _off(leave, nima, "03-06")
    path = _made(leave, FeedKind.TEAM)
    assert _events(path) == []  # Maya has no department, Nima has
    Placement.objects.filter(employee=leave.maya).update(department=looms)
    assert [each.summary for each in _events(path)] == ["Nima is off"]
    RoleGrant.objects.create(
        company=leave.world.company, user=leave.world.hari.user, role=Role.MANAGER,
        department=looms, starts_on=d("01-01"),
    )  # fmt: skip
    managers = _made(leave, FeedKind.TEAM, leave.world.actor(leave.world.hari))
    assert len(_events(managers)) == 1
    RoleGrant.objects.filter(role=Role.MANAGER).update(ends_on=d("03-01"))
    assert _events(managers) == []


# --- whose address --------------------------------------------------------------------------------
def test_who_has_left_finds_nothing(leave: Leave) -> None:
    path = _made(leave)
    Employee.objects.filter(pk=leave.maya.pk).update(left_on=d("02-28"))
    answer = _read(path)
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize("change", [{"is_active": False}, {"pk": None}])
def test_whose_account_is_closed_finds_nothing(leave: Leave, change: dict[str, Any]) -> None:
    path = _made(leave)
    if "pk" in change:
        Employee.objects.filter(pk=leave.maya.pk).update(user=None)
    else:
        User.objects.filter(pk=leave.maya.user.pk).update(**change)
    assert _read(path).status_code == 404


def test_an_address_that_is_none_costs_no_statement(
    leave: Leave, django_assert_num_queries: Any
) -> None:
    good = _made(leave).removesuffix(".ics").rpartition("/")[2]
    other = signing.Signer(sep=".", salt="another").sign(uuid.uuid4().hex)
    no_id = signing.Signer(sep=".", salt="leave.feed").sign("nothing")
    for token in ("", "x", good[:-1], good.upper(), other, no_id):
        with django_assert_num_queries(0):
            assert _read(f"/leave/feeds/{token}.ics").status_code == 404


def test_an_ended_address_and_an_older_one_find_nothing(leave: Leave) -> None:
    first = _made(leave)
    second = _made(leave)
    assert (_read(first).status_code, _read(second).status_code) == (404, 200)
    feed = CalendarFeed.objects.get()
    feed_end(feed=feed, by=leave.me)
    feed_end(feed=CalendarFeed(pk=feed.pk, employee=leave.maya, company=feed.company), by=leave.me)
    assert _read(second).status_code == 404
    verbs = AuditEvent.objects.filter(verb__startswith="feed_").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["feed_made", "feed_made", "feed_ended"]
    assert not any(second[13:40] in str(row.changes) for row in verbs)


def test_who_may_not(leave: Leave) -> None:
    feed = feed_make(kind=FeedKind.OWN, by=leave.me)
    outside = make_leave("other")
    for actor in (leave.boss, leave.hr, outside.me):
        with pytest.raises(NotAllowed):
            feed_end(feed=feed, by=actor)
    nobody = Actor(kind=ActorKind.PERSON, company=leave.world.company)
    by_pin = Actor(
        kind=ActorKind.PERSON, company=leave.world.company, user=leave.maya.user,
        employee=leave.maya, is_limited=True,
    )  # fmt: skip
    for actor in (nobody, by_pin):
        with pytest.raises(NotAllowed):
            feed_make(kind=FeedKind.OWN, by=actor)


def test_it_is_read_so_often_an_hour(leave: Leave, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed_views, "READINGS_AN_HOUR", 2)
    path = _made(leave)
    assert [_read(path).status_code for _n in range(3)] == [200, 200, 429]
    assert _read(path)["Retry-After"] == "3600"
    assert _read(_made(leave, FeedKind.TEAM)).status_code == 200


def test_the_statements_do_not_grow(leave: Leave, django_assert_num_queries: Any) -> None:
    leave.grant("10")
    leave.approve(leave.submit("03-05"))
    own, team = _made(leave), _made(leave, FeedKind.TEAM)
    nima = _beside(leave, "Nima")
    for person in (leave.world.maya, nima):
        for path, count in ((own, 5), (team, 6)):
            _read(path)
            with django_assert_num_queries(count):
                _read(path)
        if person is leave.world.maya:
            for date in ("03-06", "03-09"):
                leave.approve(leave.submit(date))
                _off(leave, nima, date)


def test_no_tongue_of_the_reader_is_lost(leave: Leave) -> None:
    User.objects.filter(pk=leave.maya.user.pk).update(locale="en")
    assert "X-WR-CALNAME:Leave of my team · Kettle" in _read(_made(leave, FeedKind.TEAM)).text


# --- the page -------------------------------------------------------------------------------------
def test_the_page_makes_shows_and_ends_addresses(leave: Leave, client: Client) -> None:
    client.force_login(leave.maya.user)
    page = client.get("/leave/feeds/")
    assert [feed["url"] for feed in page.context["feeds"]] == ["", ""]
    answer = post_once(client, "/leave/feeds/make", {"kind": "own"})
    assert answer["Location"] == "/leave/feeds/"
    page = client.get("/leave/feeds/")
    own = page.context["feeds"][0]
    assert own["url"] == feed_url(CalendarFeed.objects.get())
    assert own["open_url"].startswith("webcal://127.0.0.1")
    assert own["url"] in page.text
    assert post_once(client, own["end_url"])["Location"] == "/leave/feeds/"
    assert not CalendarFeed.objects.exists()
    assert post_once(client, own["end_url"]).status_code == 404


def test_a_double_tap_makes_one(leave: Leave, client: Client) -> None:
    client.force_login(leave.maya.user)
    form = {"kind": "own", "once": str(uuid.uuid4())}
    for _n in range(2):
        assert client.post("/leave/feeds/make", form)["Location"] == "/leave/feeds/"
    assert AuditEvent.objects.filter(verb="feed_made").count() == 1
    path = f"/leave/feeds/{CalendarFeed.objects.get().public_id}/end"
    form = {"once": str(uuid.uuid4())}
    for _n in range(2):
        assert client.post(path, form)["Location"] == "/leave/feeds/"


def test_no_other_kind_and_nobody_elses(leave: Leave, client: Client) -> None:
    feed = feed_make(kind=FeedKind.OWN, by=leave.me)
    client.force_login(leave.world.bikram.user)
    assert post_once(client, "/leave/feeds/make", {"kind": "all"}).status_code == 404
    assert post_once(client, f"/leave/feeds/{feed.public_id}/end").status_code == 404
    assert post_once(client, f"/leave/feeds/{uuid.uuid4()}/end").status_code == 404
    assert CalendarFeed.objects.get() == feed


# --- the text -------------------------------------------------------------------------------------
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(_TEXT, _TEXT)
def test_any_text_comes_back_as_it_was(summary: str, description: str) -> None:
    """Whatever a name holds, the file stays a calendar; only control signs are left out."""
    event = ics.Event(
        uid="x@muster", changed_at=NOW, summary=summary, description=description,
        first=d("03-05"), last=d("03-05"),
    )  # fmt: skip

    def plain(value: str) -> str:
        lines = value.replace("\r\n", "\n").replace("\r", "\n")
        return "".join(sign for sign in lines if sign >= " " or sign == "\n")

    (found,) = events(ics.calendar("Leave", [event]))
    assert (found.summary, found.description) == (plain(summary), plain(description))


@override_settings(PUBLIC_URL="https://muster.example")
def test_the_address_is_whole(leave: Leave) -> None:
    feed = feed_make(kind=FeedKind.OWN, by=leave.me)
    assert feed_url(feed).startswith(f"https://muster.example/leave/feeds/{feed.public_id.hex}.")
