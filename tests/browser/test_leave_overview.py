"""One's own leave on a phone: what is left and why, any date, and the calendar that reads it."""

from __future__ import annotations

import datetime as dt
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, Open
from tests.browser.test_accessibility import _faults, _walk
from tests.leave.calendars import Found, events


def _read(address: str) -> list[Found]:
    """Read a calendar as a program does: by its address alone."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        return events(answer.read())


def test_what_is_left_and_why(open_browser: Open) -> None:
    person = open_browser(None)
    page, url = person.page, person.server.url
    person.sign_in("tulsi")
    expect(page.locator(".today-side")).to_contain_text("Annual leave")
    page.get_by_role("link", name="Leave", exact=True).click()
    expect(page.locator(".balance")).to_contain_text("8 days available")
    # Others of the team may be off too: tests beside this one ask for leave.
    expect(page.locator(".off-line").filter(has_text="Sita")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("Waits")
    assert _faults(page) == []

    soon = person.server.today() + dt.timedelta(days=30)
    page.get_by_label("Date").fill(f"{soon:%Y-%m-%d}")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".ahead")).to_contain_text("8 days")
    assert _faults(page) == []

    page.locator(".balance").get_by_role("link", name="Why?").click()
    expect(page.locator(".is-sum").last).to_have_text("Available8")
    expect(page.locator(".ledger")).to_contain_text("Granted")
    assert _faults(page) == []
    assert _walk(person, (f"/leave/year/{soon.year}/", "/leave/comp-off/")) == {}

    manager = open_browser(None, viewport=DESK)
    manager.sign_in("rama")
    manager.page.goto(f"{url}/leave/people/")
    manager.page.get_by_role("link", name="Tulsi").click()
    expect(manager.page.get_by_role("heading", level=1)).to_have_text("Leave of Tulsi")
    assert _walk(manager, ("/leave/people/",)) == {}


def test_a_calendar_reads_the_team(open_browser: Open) -> None:
    person = open_browser(None)
    page = person.page
    person.sign_in("tulsi")
    page.goto(f"{person.server.url}/leave/feeds/")
    page.get_by_role("button", name="Make an address Leave of my team").dblclick()
    field = page.locator("#url-team")
    expect(field).to_be_visible()
    assert _faults(page) == []
    address = field.input_value()
    first = person.server.today() + dt.timedelta(days=7)
    (found,) = [event for event in _read(address) if event.summary.startswith("Sita")]
    assert (found.summary, found.start, found.end) == (
        "Sita is off", first, first + dt.timedelta(days=2),
    )  # fmt: skip
    page.get_by_role("button", name="End it Leave of my team").click()
    expect(page.get_by_text("Ended.")).to_be_visible()
    with pytest.raises(urllib.error.HTTPError) as gone:
        _read(address)
    assert gone.value.code == 404
    gone.value.close()  # it holds its socket, which would fail whatever test runs next
