"""Coming in without a mailbox: a card, a PIN, the codes, and several people on one phone."""

from __future__ import annotations

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Open, Person

RECORDED = re.compile(r"^Recorded \d\d:\d\d$")
NAMES = {"Pasang": ("P1", "735924"), "Dolma": ("D1", "604913")}


def _faults(page: Page) -> list[str]:
    """Return what axe-core finds in light and dark, and whether the page is too wide."""
    found = []
    for scheme in ("light", "dark"):
        # Without motion: colours that are on their way from one scheme to the other are neither.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        found += [rule["id"] for rule in Axe().run(page).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return found + (["too wide"] if wide else [])


def _hire_and_print(hr: Person) -> dict[str, str]:
    """Let HR add the people and print their cards; returns the links by name."""
    page, url = hr.page, hr.server.url
    for name, (code, _pin) in NAMES.items():
        page.goto(f"{url}/admin/companies/employee/add/")
        page.locator("#id_name").fill(name)
        page.locator("#id_code").fill(code)
        page.locator("#id_joined_on").fill("2026-01-01")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text(f"{name} ({code}) is saved.")).to_be_visible()
    page.get_by_role("link", name="Print invitations").click()
    for name in NAMES:
        expect(page.get_by_label(re.compile(name))).to_be_checked()
    assert _faults(page) == []
    page.get_by_role("button", name="Make the cards").click()
    expect(page.get_by_role("img", name="QR code of the link below")).to_have_count(2)
    assert _faults(page) == []
    links = {}
    for name in NAMES:
        card = page.locator("article", has=page.get_by_role("heading", name=name))
        links[name] = card.locator(".link").inner_text()
    return links


def _choose_pin(page: Page, name: str, link: str, *, is_shared: bool) -> None:
    page.goto(link)
    expect(page.get_by_role("heading", name=f"Welcome, {name}")).to_be_visible()
    assert _faults(page) == []
    pin = NAMES[name][1]
    page.get_by_label("New PIN").fill(pin)
    page.get_by_label("Once more").first.fill(pin)
    page.get_by_label("This phone is shared").set_checked(is_shared)
    page.get_by_role("button", name="Set the PIN and sign in").click()
    expect(page.get_by_text("From now on you sign in with your codes.")).to_be_visible()


def _check_in_by_codes(page: Page) -> None:
    page.get_by_role("link", name="Employee code").click()
    assert _faults(page) == []
    code, pin = NAMES["Pasang"]
    page.get_by_label("Company code").fill("terai-textiles")
    page.get_by_label("Employee code").fill(code.lower())
    page.get_by_label("PIN or password").fill(pin)
    page.get_by_label("This phone is shared").check()
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("#punch-button").click()
    # Without a face the check-in is recorded, then confirmed with the PIN.
    expect(page.get_by_role("heading", level=1)).to_have_text(RECORDED)
    assert _faults(page) == []
    page.get_by_label("Your PIN").fill(pin)
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("#result b")).to_have_text(RECORDED)
    expect(page.locator("#punch-button")).to_have_text("Check out")
    assert _faults(page) == []


def _take_turns(page: Page, link: str) -> None:
    page.get_by_role("button", name="Done, next person").click()
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    expect(page.locator(".is-name")).to_have_text(["Pasang"])
    assert _faults(page) == []

    _choose_pin(page, "Dolma", link, is_shared=False)
    expect(page.locator("#punch-button")).to_have_text("Check in")
    page.get_by_role("button", name="Done, next person").click()
    expect(page.locator(".is-name")).to_have_text(["Dolma", "Pasang"])
    page.get_by_role("link", name="Pasang").click()
    assert _faults(page) == []
    page.get_by_label("PIN").fill(NAMES["Dolma"][1])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("That is not your PIN. Try again.")).to_be_visible()
    page.get_by_label("PIN").fill(NAMES["Pasang"][1])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#punch-button")).to_have_text("Check out")


def _look_round(phone: Person, link: str) -> None:
    page, url = phone.page, phone.server.url
    page.goto(f"{url}/me/pin/")
    assert _faults(page) == []
    page.goto(f"{url}/team/")
    expect(page.get_by_text("You signed in with your PIN")).to_be_visible()
    assert _faults(page) == []
    phone.forgive("403")
    page.clock.install()
    page.goto(f"{url}/")
    page.clock.fast_forward("09:59")
    page.locator("h1").click()
    page.clock.fast_forward("00:02")
    expect(page).to_have_url(f"{url}/")
    with page.expect_request(f"{url}/sign-in/phone/"):
        page.clock.fast_forward("10:00")
    page.goto(f"{url}/")
    page.get_by_role("button", name="Done, next person").click()
    page.get_by_role("button", name="Forget people on this phone").click()
    expect(page.get_by_text("This phone knows nobody any more.")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This card does not work any more")).to_be_visible()
    assert _faults(page) == []
    phone.forgive("410")


def test_two_people_without_mail_share_a_phone(open_browser: Open) -> None:
    hr = open_browser(None, viewport=DESK)
    hr.sign_in("hr", lands_on="/me/")
    links = _hire_and_print(hr)

    phone = open_browser(None)
    page, url = phone.page, phone.server.url
    _choose_pin(page, "Pasang", links["Pasang"], is_shared=False)
    page.goto(f"{url}/me/")
    page.get_by_role("button", name="Sign out").last.click()

    _check_in_by_codes(page)
    _take_turns(page, links["Dolma"])
    _look_round(phone, links["Dolma"])
