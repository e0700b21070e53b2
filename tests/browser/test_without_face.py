"""Without the face: a PIN does as much, no camera opens, and withdrawing shows what is gone."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import Open, Person
from tests.browser.test_accessibility import _faults
from tests.browser.test_check_in import CLOCK

PIN = "274913"
# Counts, over all pages of the browser tab, how often a page asked for the camera.
WATCH = """
const devices = navigator.mediaDevices;
const open = devices?.getUserMedia?.bind(devices);
if (open) devices.getUserMedia = (wanted) => {
  sessionStorage.opened = Number(sessionStorage.opened ?? 0) + 1;
  return open(wanted);
};
"""


def _watch(context: BrowserContext) -> None:
    context.add_init_script(WATCH)


def _opened(person: Person) -> int:
    return int(person.page.evaluate("Number(sessionStorage.opened ?? 0)"))


def _choose_pin(person: Person) -> None:
    page = person.page
    page.goto(f"{person.server.url}/me/pin/")
    page.get_by_label("Your password").fill("a kettle of strong tea")
    page.get_by_label("New PIN").fill(PIN)
    page.get_by_label("Once more").fill(PIN)
    page.get_by_role("button", name="Set the PIN").click()
    expect(page).to_have_url(re.compile(r"/me/"))


def _type(person: Person, pin: str) -> None:
    person.page.get_by_label("Your PIN").fill(pin)
    person.page.get_by_role("button", name="Confirm").click()


def test_who_refuses_checks_in_with_a_pin(open_browser: Open) -> None:
    person = open_browser("obama")
    page = person.page
    _watch(person.context)
    person.sign_in("ila")
    page.goto(f"{person.server.url}/face/consent/")
    page.get_by_role("button", name="No, without my face").click()
    _choose_pin(person)
    page.get_by_role("link", name="Today", exact=True).click()
    expect(page.locator("#advice")).to_have_text("Tap, then type your PIN.")
    person.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(CLOCK)
    expect(page.get_by_label("Your PIN")).to_be_focused()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert _faults(page) == []

    _type(person, "274914")
    expect(page.get_by_role("alert")).to_contain_text("That is not your PIN.")
    _type(person, PIN)
    result = page.locator("#result")
    expect(result.locator("b")).to_have_text(CLOCK)
    expect(result.locator("span")).to_have_text(
        f"On time (shift {person.server.shift}, grace 10 min) · confirmed with the PIN"
    )
    expect(page.locator("#punch-button")).to_have_text("Check out")
    assert _opened(person) == 0

    page.locator("#other-button").click()
    _type(person, PIN)
    expect(page.locator("#since")).to_contain_text("On break since")
    page.goto(f"{person.server.url}/day/{person.server.today():%Y-%m-%d}/")
    expect(page.locator("main")).not_to_contain_text("A check-in for HR to look at")
    assert _opened(person) == 0


def test_withdrawing_shows_a_receipt_and_the_pin_goes_on(open_browser: Open) -> None:
    person = open_browser("obama")
    page = person.page
    _watch(person.context)
    person.sign_in("vina")
    person.agree_and_enrol()
    person.tap()
    expect(page.locator("#result span")).to_contain_text("face verified")
    page.goto(f"{person.server.url}/day/{person.server.today():%Y-%m-%d}/")
    picture = str(page.get_by_role("img").get_attribute("src"))
    assert page.request.get(f"{person.server.url}{picture}").status == 200
    page.goto(f"{person.server.url}/")
    other = person.context.new_page()

    other.goto(f"{person.server.url}/face/consent/")
    other.get_by_role("button", name="No, without my face").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("Deleted face data")
    receipt = other.locator(".card").first
    for line in ("You withdrew your consent on", "3 face templates", "1 picture of a check-in",
                 "All of it was gone on"):  # fmt: skip
        expect(receipt).to_contain_text(line)
    assert _faults(other) == []
    assert page.request.get(f"{person.server.url}{picture}").status == 404
    other.close()

    _choose_pin(person)
    before = _opened(person)
    page.goto(f"{person.server.url}/")
    expect(page.locator(".placeholder")).to_have_count(0)
    person.tap()
    _type(person, PIN)
    expect(page.locator("#result span")).to_have_text(
        re.compile(r"^Worked .* · confirmed with the PIN$")
    )
    assert _opened(person) == before


def test_a_page_left_open_sends_no_picture_after_consent_was_withdrawn(open_browser: Open) -> None:
    person = open_browser("obama")
    page = person.page
    person.sign_in("wangdi")
    person.agree_and_enrol()
    expect(page.locator("#punch")).to_have_attribute("data-camera-mode", "face")
    other = person.context.new_page()
    other.goto(f"{person.server.url}/face/consent/")
    other.get_by_role("button", name="No, without my face").click()
    other.close()
    # Coming back to the tab brings the page up to date before anything is tapped.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#punch")).to_have_attribute("data-camera-mode", "none")
