"""A forgotten check-out from the question to the approval, a break, and the manager's pages."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Open, Person
from tests.browser.test_accessibility import _faults, _walk


def _manager(open_browser: Open, viewport: dict[str, int] = DESK) -> Person:
    person = open_browser(None, viewport=viewport)
    person.sign_in("rama")
    return person


def _main(page: Page, label: str) -> None:
    expect(page.locator("#punch-button")).to_have_text(label)


def test_a_forgotten_check_out_is_asked_for_filed_and_approved(open_browser: Open) -> None:
    person = open_browser(None)
    page = person.page
    person.sign_in("padma")
    expect(page.locator("#ask-title")).to_contain_text("When did you leave on")
    assert _faults(page) == []
    person.tap()
    _main(page, "Check out")
    # The answer to the check-in leads to the question; today's punch was an in.
    page.locator("#result").get_by_role("link", name="When did you leave on").click()
    expect(page.locator("#ask-time")).not_to_have_value("")
    page.get_by_label("Note (optional)").fill("A long call")
    page.get_by_role("button", name="Send to my manager").click()
    expect(page.locator("#ask")).to_contain_text("Filed for your manager")
    assert _faults(page) == []

    manager = _manager(open_browser)
    manager.page.get_by_role("link", name="Inbox").click()
    line = manager.page.locator('.inbox-line[data-item^="correction:"]', has_text="Padma")
    expect(line).to_contain_text("A long call")
    expect(line.locator(".effect")).to_have_text(re.compile(r"^Incomplete → Present, \d h"))
    line.locator("summary").click()
    assert _walk(manager, ("/inbox/", "/team/", "/team/month/")) == {}
    manager.page.goto(f"{manager.server.url}/inbox/")
    line.get_by_role("button", name="Approve").dblclick()
    expect(manager.page.get_by_text("Approved: Padma.")).to_be_visible()
    expect(line).to_have_count(0)

    yesterday = person.server.today() - dt.timedelta(days=1)
    page.goto(f"{person.server.url}/day/{yesterday:%Y-%m-%d}/")
    expect(page.locator(".heading .chip")).to_have_text("Present P")
    expect(page.locator("main")).to_contain_text("Approved by Rama")
    assert _faults(page) == []
    page.goto(person.server.url)
    expect(page.locator("#ask")).to_have_count(0)


def test_a_break_is_started_and_ended(open_browser: Open) -> None:
    person = open_browser(None)
    page = person.page
    person.sign_in("sita")
    other = page.locator("#other-button")
    expect(other).to_be_hidden()
    person.tap()
    _main(page, "Check out")
    expect(other).to_have_text("Start break")
    other.click()
    expect(page.locator("#result span")).to_contain_text("Break starts")
    _main(page, "End break")
    expect(other).to_have_text("Check out")
    expect(page.locator("#since")).to_contain_text("On break since")
    assert _faults(page) == []
    person.tap()
    expect(page.locator("#result span")).to_contain_text("Break ends")
    _main(page, "Check out")
    expect(other).to_have_text("Start break")
    other.click()
    _main(page, "End break")
    # Whoever leaves during a break has ended it.
    other.click()
    expect(page.locator("#result span")).to_contain_text("Worked")
    _main(page, "Check in")
    expect(other).to_be_hidden()


def test_a_break_needs_no_script(open_browser: Open) -> None:
    person = open_browser(None)
    person.sign_in("tulsi")
    browser = person.context.browser
    assert browser is not None
    plain = browser.new_context(
        java_script_enabled=False, storage_state=person.context.storage_state(), viewport=PHONE
    )
    page = plain.new_page()
    page.goto(person.server.url)
    for button, following in (
        ("Check in", "Check out"), ("Start break", "End break"), ("End break", "Check out"),
    ):  # fmt: skip
        page.get_by_role("button", name=button, exact=True).click()
        _main(page, following)
    expect(page.locator("#since")).to_contain_text("Working since")


def test_the_team_is_made_new_each_minute_and_the_focus_stays(open_browser: Open) -> None:
    manager = _manager(open_browser, PHONE)
    page = manager.page
    page.clock.install()
    page.goto(f"{manager.server.url}/team/")
    link = page.locator(".person-name a").first
    link.focus()
    focused = link.get_attribute("id")
    page.locator("#team-now").evaluate("list => { list.dataset.old = 'yes'; }")
    page.clock.fast_forward("01:01")
    expect(page.locator("#team-now[data-old]")).to_have_count(0)
    expect(page.locator("#team-now")).to_have_count(1)
    expect(page.locator("#as-of")).to_have_text(re.compile(r"As of \d\d:\d\d"))
    assert page.evaluate("document.activeElement.id") == focused


def test_without_a_connection_the_team_says_so(open_browser: Open) -> None:
    manager = _manager(open_browser)
    page = manager.page
    page.clock.install()
    page.goto(f"{manager.server.url}/team/")
    manager.context.set_offline(True)
    page.clock.fast_forward("01:01")
    expect(page.locator("#stale")).to_contain_text("Not refreshed")
    manager.context.set_offline(False)
    page.clock.fast_forward("01:01")
    expect(page.locator("#stale")).to_have_text("")
    manager.forgive("ERR_INTERNET_DISCONNECTED")


def test_a_strangers_page_never_stands_in_the_place_of_the_team(open_browser: Open) -> None:
    manager = _manager(open_browser)
    page, url = manager.page, f"{manager.server.url}/team/"
    page.clock.install()
    page.goto(url)
    # A Wi-Fi's own page, which comes with 200.
    page.route(url, lambda route: route.fulfill(content_type="text/html", body="<p>Pay here</p>"))
    page.clock.fast_forward("01:01")
    expect(page.locator("#stale")).to_contain_text("Not refreshed")
    expect(page.locator("#team-now .group")).not_to_have_count(0)
    page.unroute(url)
    page.clock.fast_forward("01:01")
    expect(page.locator("#stale")).to_have_text("")


def test_who_is_signed_out_elsewhere_is_led_to_the_sign_in(open_browser: Open) -> None:
    manager = _manager(open_browser)
    page = manager.page
    page.clock.install()
    page.goto(f"{manager.server.url}/team/")
    manager.context.clear_cookies()
    page.clock.fast_forward("01:01")
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_the_managers_pages_on_a_phone(open_browser: Open) -> None:
    manager = _manager(open_browser, PHONE)
    assert _walk(manager, ("/team/", "/team/month/")) == {}
    page = manager.page
    roll = page.locator(".roll")
    # The month scrolls inside its card, and the names stay.
    roll.evaluate("card => card.scrollTo(400, 0)")
    name = page.locator(".roll-name a").first
    expect(name).to_be_in_viewport()
    name.click()
    assert _faults(page) == []
    page.locator(".cell[href]").first.click()
    expect(page.locator("main h1")).to_be_visible()
    assert _faults(page) == []
