"""A manager decides about leave: many at once, a question, and in whose stead somebody decides."""

from __future__ import annotations

import datetime as dt

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, Open, Person
from tests.browser.test_accessibility import _faults, _walk

MANAGER, EMPLOYEE, STAND_IN = "vikram", "tara", "yuki"


def _inbox(open_browser: Open, name: str, viewport: dict[str, int]) -> Person:
    person = open_browser(None, viewport=viewport)
    person.sign_in(name)
    person.page.goto(f"{person.server.url}/inbox/")
    return person


def _lines(page: Page, name: str = "") -> Locator:
    """Return the lines of a person; others may be named on them too."""
    return page.locator(".inbox-line").filter(has=page.locator("b", has_text=name))


def test_leave_is_decided_by_the_manager_and_by_who_stands_in(open_browser: Open) -> None:
    manager = _inbox(open_browser, MANAGER, DESK)
    page = manager.page
    expect(_lines(page)).to_have_count(3)
    assert _walk(manager, ("/inbox/", "/me/notices/")) == {}
    page.goto(f"{manager.server.url}/inbox/")
    _look_beside(page)
    _ask_back(page)
    _delegate(manager)
    _approve_the_ticked(manager)
    _stand_in_undoes_and_decides(open_browser)
    _employee_reads_by_whom(open_browser)


def _look_beside(page: Page) -> None:
    """j opens what stands beside: the year, other requests, what was done so far."""
    page.keyboard.press("j")
    first = _lines(page).first
    expect(first).to_be_focused()
    expect(first).to_contain_text("Annual leave, counts 2 days")
    expect(first).to_contain_text("Also off: Uday asks for")
    expect(first.get_by_text("Other requests of a year")).to_be_visible()
    expect(first.get_by_text("Asked for: Tara")).to_be_visible()
    assert _faults(page) == []


def _ask_back(page: Page) -> None:
    """q: the question has the focus; it goes to the person, and the line leaves."""
    line = _lines(page, "Uday").first
    line.focus()
    page.keyboard.press("r")
    expect(line.get_by_label("Reason, which the person reads")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("q")
    question = line.get_by_label("Your question, which the person reads")
    expect(question).to_be_focused()
    expect(line.get_by_label("Reason, which the person reads")).to_be_hidden()
    page.keyboard.type("Who opens the shop?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Asked: Uday.")).to_be_visible()
    expect(_lines(page)).to_have_count(2)


def _approve_the_ticked(manager: Person) -> None:
    page = manager.page
    page.goto(f"{manager.server.url}/inbox/")
    for box in _lines(page, "Tara").get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Approve the ticked").click()
    expect(page.get_by_text("2 approved: Tara (2).")).to_be_visible()
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Taken back: Tara waits again.")).to_be_visible()
    expect(_lines(page)).to_have_count(1)


def _delegate(manager: Person) -> None:
    """From today on, until tomorrow, a colleague decides."""
    page, today = manager.page, manager.server.today()
    page.goto(f"{manager.server.url}/team/delegation/")
    page.get_by_label("Name or employee code").fill(STAND_IN)
    page.get_by_role("button", name="Find").click()
    page.get_by_label("First day").fill(today.isoformat())
    page.get_by_label("Last day").fill((today + dt.timedelta(days=1)).isoformat())
    page.get_by_role("radio", name=STAND_IN.title()).check()
    page.get_by_role("button", name="Let them decide").click()
    expect(page.locator(".message, [role=status], .notice").first).to_contain_text(
        f"{STAND_IN.title()} decides for you"
    )


def _stand_in_undoes_and_decides(open_browser: Open) -> None:
    person = _inbox(open_browser, STAND_IN, PHONE)
    page = person.page
    expect(page.get_by_text(f"You decide for {MANAGER.title()} until")).to_be_visible()
    expect(_lines(page)).to_have_count(1)
    assert _faults(page) == []
    _lines(page).first.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved: Tara.")).to_be_visible()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()


def _employee_reads_by_whom(open_browser: Open) -> None:
    person = open_browser(None, viewport=PHONE)
    person.sign_in(EMPLOYEE)
    person.mail(person.page.get_by_text("Yuki for Vikram approved it."))
