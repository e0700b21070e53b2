"""Leave on a phone from the form to its end: counted while typing, approved, cancelled."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Open, Person
from tests.browser.test_accessibility import _faults

EMPLOYEE, MANAGER = "sunita", "ravi"


def _signed_in(open_browser: Open, name: str, viewport: dict[str, int]) -> Person:
    person = open_browser(None, viewport=viewport)
    person.sign_in(name)
    return person


def _fill(page: Page, first: dt.date, last: dt.date) -> None:
    page.get_by_role("radio", name="Annual leave").check()
    page.get_by_label("First day", exact=True).fill(first.isoformat())
    page.get_by_label("Last day", exact=True).fill(last.isoformat())
    page.get_by_label("Last day", exact=True).blur()


def test_leave_is_asked_for_approved_and_cancelled(open_browser: Open) -> None:
    sunita = _signed_in(open_browser, EMPLOYEE, PHONE)
    page, monday = sunita.page, sunita.server.today() + dt.timedelta(days=7)
    page.get_by_role("link", name="Leave", exact=True).click()
    expect(page.get_by_text("12 days available")).to_be_visible()
    assert _faults(page) == []
    page.get_by_role("link", name="Ask for leave").click()
    _count(page, monday)
    page.get_by_label("Reason (optional)").fill("A wedding")
    page.set_input_files("#attachment", files=[_letter()])
    page.get_by_role("button", name="Send the request").dblclick()
    expect(page).to_have_url(re.compile(r"/leave/requests/"))
    expect(page.get_by_text("Waits for Ravi.")).to_be_visible()
    assert _faults(page) == []

    ravi = _signed_in(open_browser, MANAGER, DESK)
    _approve(ravi, page.url)
    page.reload()
    expect(page.locator(".heading .chip")).to_have_text("Approved")
    page.get_by_label("Why it is not needed (optional)").fill("It moved")
    page.get_by_role("button", name="Ask to cancel it").click()
    expect(page.locator(".heading .chip")).to_have_text("To be cancelled")

    ravi.page.reload()
    ravi.page.get_by_role("button", name="Cancel it", exact=True).click()
    expect(ravi.page.locator(".heading .chip")).to_have_text("Cancelled")
    page.goto(f"{sunita.server.url}/leave/ask/")
    expect(page.get_by_text("12 days available")).to_be_visible()


def _letter() -> dict[str, object]:
    return {
        "name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n",
    }  # fmt: skip


def _count(page: Page, first: dt.date) -> None:
    """The count follows what is typed; what is too much is said at once, and nothing scrolls."""
    count = page.locator("#count")
    _fill(page, first, first + dt.timedelta(days=13))
    expect(count.get_by_text("2 more than there is")).to_be_visible()
    _fill(page, first, first + dt.timedelta(days=2))
    expect(count.get_by_text("3 days:")).to_be_visible()
    expect(count.get_by_text("9 days left after it")).to_be_visible()
    page.get_by_label("Of the first day").select_option("Second half")
    expect(count.get_by_text("2.5 days:")).to_be_visible()
    count.get_by_text("Why?").click()
    expect(count.get_by_role("row")).to_have_count(3)
    expect(count).not_to_have_attribute("aria-busy", "true")
    assert _faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.get_by_label("Last day", exact=True).fill(first.isoformat())
    page.get_by_label("Last day", exact=True).blur()
    expect(page.get_by_label("Of the last day")).to_be_hidden()
    expect(count.get_by_text("0.5 days:")).to_be_visible()


def _approve(ravi: Person, url: str) -> None:
    page = ravi.page
    page.goto(url)
    expect(page.get_by_text("A wedding")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("PDF")).click()
    assert download.value.suggested_filename.endswith(".pdf")
    page.get_by_text("Ask back", exact=True).click()
    assert _faults(page) == []
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("Approved: Sunita.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: Sunita waits again.")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".heading .chip")).to_have_text("Approved")


def test_without_a_script_the_form_counts_by_its_button(open_browser: Open) -> None:
    sunita = _signed_in(open_browser, EMPLOYEE, PHONE)
    sunita.page.route(
        "**/leave_ask*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page = sunita.page
    page.goto(f"{sunita.server.url}/leave/ask/")
    day = sunita.server.today() + dt.timedelta(days=21)
    _fill(page, day, day)
    page.get_by_role("button", name="Count").click()
    expect(page.locator("#count").get_by_text("1 day:")).to_be_visible()
