"""A doubtful check-in from the camera to the manager's answer: keys, undo, reason, many at once."""

from __future__ import annotations

import hashlib
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, Open, Person
from tests.browser.test_accessibility import _faults, _walk

EMPLOYEE, MANAGER = "usha", "vera"


def _manager(open_browser: Open, viewport: dict[str, int] = DESK) -> Person:
    person = open_browser(None, viewport=viewport)
    person.sign_in(MANAGER)
    person.page.goto(f"{person.server.url}/inbox/")
    return person


def _check_in_as_another(open_browser: Open) -> None:
    """Enrol with one face, then check in and out with another's in front of the camera."""
    owner = open_browser("obama")
    owner.sign_in(EMPLOYEE)
    owner.agree_and_enrol()
    state = owner.context.storage_state()
    other = open_browser("biden", state=state)
    for label in ("Check out", "Check in"):
        other.page.goto(other.server.url)
        other.tap()
        expect(other.page.locator("#result span")).to_contain_text("will look at the picture")
        expect(other.page.locator("#punch-button")).to_have_text(label)


def _lines(page: Page) -> Locator:
    return page.locator(".inbox-line", has_text=EMPLOYEE.title())


def test_the_manager_compares_decides_undoes_and_refuses(open_browser: Open) -> None:
    _check_in_as_another(open_browser)
    manager = _manager(open_browser)
    expect(_lines(manager.page)).to_have_count(2)
    expect(manager.page.locator(".nav-count")).to_contain_text("2")
    assert _walk(manager, ("/inbox/",)) == {}
    manager.page.goto(f"{manager.server.url}/inbox/")
    _compare(manager)
    _approve_and_undo(manager.page)
    _refuse_and_undo(manager.page)
    _approve_all_after_a_break(manager)
    _read_who_looked(open_browser(None))


def _compare(manager: Person) -> None:
    """j brings the line and its pictures; both come, and they are not the same."""
    page = manager.page
    page.keyboard.press("j")
    first = _lines(page).first
    expect(first).to_be_focused()
    pictures = first.locator(".compare img")
    expect(pictures).to_have_count(2)
    digests = set()
    for picture in pictures.all():
        expect(picture).to_be_visible()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("picture => picture.naturalWidth") > 100
        address = manager.server.url + str(picture.get_attribute("src"))
        digests.add(hashlib.sha256(manager.context.request.get(address).body()).hexdigest())
    assert len(digests) == 2
    assert _faults(page) == []


def _approve_and_undo(page: Page) -> None:
    """a: this is them. The line leaves, the next one has the focus, and it can be undone."""
    page.keyboard.press("a")
    expect(page.get_by_text("Approved: Usha.")).to_be_visible()
    expect(_lines(page)).to_have_count(1)
    expect(_lines(page).first).to_be_focused()
    expect(page.locator(".nav-count")).to_contain_text("1")
    assert _faults(page) == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: Usha waits again.")).to_be_visible()
    expect(_lines(page)).to_have_count(2)


def _refuse_and_undo(page: Page) -> None:
    """r: the reason has the focus, where keys are letters; Escape leads back to the line."""
    page.keyboard.press("j")
    page.keyboard.press("r")
    reason = _lines(page).first.get_by_label("Reason, which the person reads")
    expect(reason).to_be_focused()
    page.keyboard.type("jar of ink")
    page.keyboard.press("Escape")
    expect(_lines(page).first).to_be_focused()
    page.keyboard.press("r")
    expect(reason).to_have_value("jar of ink")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Refused: Usha.")).to_be_visible()
    expect(_lines(page)).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(_lines(page)).to_have_count(2)


def _approve_all_after_a_break(manager: Person) -> None:
    """Without a connection nothing is lost; then all that are ticked are decided."""
    page = manager.page
    for box in _lines(page).get_by_role("checkbox").all():
        box.check()
    manager.context.set_offline(True)
    page.get_by_role("button", name="Approve the ticked").click()
    expect(page.locator("#unsent")).to_be_visible()
    manager.context.set_offline(False)
    manager.forgive("ERR_INTERNET_DISCONNECTED")
    page.get_by_role("button", name="Approve the ticked").click()
    expect(page.get_by_text("2 approved: Usha (2).")).to_be_visible()
    expect(page.get_by_text("Nothing waits for you")).to_be_visible()
    expect(page.locator(".nav-count")).to_have_count(0)
    assert _faults(page) == []


def _read_who_looked(person: Person) -> None:
    person.sign_in(EMPLOYEE)
    person.page.goto(f"{person.server.url}/me/")
    person.page.get_by_role("link", name="See who looked").click()
    expect(person.page.locator("main")).to_contain_text("The reference picture")
    expect(person.page.locator("main")).to_contain_text(re.compile("Vera Manager"))
    assert _walk(person, ("/me/looks/",)) == {}


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["phone", "desk"])
def test_the_inbox_needs_no_script(open_browser: Open, window: dict[str, int]) -> None:
    manager = open_browser(None, viewport=window)
    manager.sign_in("wasim")
    browser = manager.context.browser
    assert browser is not None
    plain = browser.new_context(
        java_script_enabled=False, storage_state=manager.context.storage_state(), viewport=window
    )
    page = plain.new_page()
    page.goto(f"{manager.server.url}/inbox/")
    line = page.locator(".inbox-line").first
    name = line.locator("b").inner_text()
    line.locator(".refuse summary").click()
    line.get_by_label("Reason, which the person reads").fill("I know better")
    line.get_by_role("button", name="Refuse with this reason").click()
    expect(page.get_by_text(f"Refused: {name}.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text(f"Taken back: {name} waits again.")).to_be_visible()
