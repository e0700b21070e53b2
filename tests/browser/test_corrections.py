"""A day is wrong: said with the right times, seen before and after, decided, and taken back."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.test_accessibility import _faults, _walk

EMPLOYEE, MANAGER = "tulsi", "rama"


def test_a_day_is_corrected_and_the_decision_is_seen(open_browser: Open) -> None:
    person = open_browser(None, viewport=PHONE)
    person.sign_in(EMPLOYEE)
    page, url = person.page, person.server.url
    day = f"/day/{person.server.today() - dt.timedelta(days=1):%Y-%m-%d}/"
    page.goto(url + day)
    page.get_by_role("link", name="This is wrong").click()
    assert _walk(person, (f"{day}wrong/", "/corrections/")) == {}

    page.goto(f"{url}{day}wrong/")
    last_day = page.get_by_label("Last day, if it was more than one")
    expect(last_day).to_be_hidden()
    page.get_by_label("Work from home").check()
    expect(last_day).to_be_visible()
    expect(page.locator("#in_1")).to_be_hidden()
    page.get_by_label("The times are wrong").check()
    page.locator("#in_1").fill("12:30")
    page.locator("#out_1").fill("17:30")
    page.get_by_label("Reason, which your manager reads").fill("The door was open")
    send = page.get_by_role("button", name="Send to my manager")
    expect(send).to_have_count(0)
    page.get_by_role("button", name="Show what it changes").click()
    expect(page.locator("#effect")).to_contain_text(re.compile(r"Present, 5 h"))
    assert _faults(page) == []
    send.click()
    expect(page.locator("main")).to_contain_text("Waits for the manager")

    manager = open_browser(None, viewport=DESK)
    manager.sign_in(MANAGER)
    manager.page.get_by_role("link", name="Inbox").click()
    line = manager.page.locator('.inbox-line[data-item^="correction:"]', has_text="Tulsi")
    expect(line).to_contain_text("Check in at 12:30, Check out at 17:30")
    expect(line.locator(".effect")).to_have_text(re.compile(r"→ Present, 5 h"))
    line.get_by_role("button", name="Approve").click()
    expect(manager.page.get_by_text("Approved: Tulsi.")).to_be_visible()

    page.reload()
    expect(page.locator(".heading .chip")).to_have_text("Present P")
    page.get_by_role("link", name="My corrections").click()
    expect(page.locator("main")).to_contain_text("Approved by Rama")
    assert _faults(page) == []
