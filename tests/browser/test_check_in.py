"""The main path: enrol, check in, see it judged; and what else a camera may show."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import DESK, Open

CLOCK = re.compile(r"^Recorded (\d\d:\d\d)$")


def _recorded_at(text: str) -> str:
    found = CLOCK.match(text)
    assert found, text
    return found[1]


def test_a_person_enrols_checks_in_and_sees_the_day(open_browser: Open) -> None:
    person = open_browser("obama")
    page = person.page
    person.sign_in("asha")
    person.agree_and_enrol()
    expect(page.locator("#punch-button")).to_have_text("Check in")
    person.tap()
    result = page.locator("#result")
    expect(result.locator("span")).to_have_text(
        f"On time (shift {person.server.shift}, grace 10 min) · face verified"
    )
    clock = _recorded_at(result.locator("b").inner_text())
    expect(page.locator("#punch-button")).to_have_text("Check out")
    expect(page.locator("#since")).to_have_text(f"Working since {clock}")

    page.get_by_role("link", name="Month", exact=True).click()
    today = person.server.today()
    row = page.locator("tr", has=page.locator(f'a[href="/day/{today:%Y-%m-%d}/"]')).last
    expect(row.locator("[data-label=In]")).to_have_text(clock)
    row.get_by_role("link").click()
    expect(page.get_by_role("img")).to_have_count(1)
    expect(page.locator("main")).to_contain_text("face verified")

    page.get_by_role("link", name="Today", exact=True).click()
    person.tap()
    expect(page.locator("#result span")).to_have_text(re.compile(r"^Worked .* · face verified$"))
    expect(page.locator("#punch-button")).to_have_text("Check in")


def test_another_person_is_recorded_and_flagged_for_hr(open_browser: Open) -> None:
    owner = open_browser("obama")
    owner.sign_in("bina")
    owner.agree_and_enrol()
    other = open_browser("biden", state=owner.context.storage_state())
    other.page.goto(other.server.url)
    other.tap()
    result = other.page.locator("#result")
    expect(result.locator("span")).to_contain_text("your manager or HR will look at the picture")
    clock = _recorded_at(result.locator("b").inner_text())
    expect(other.page.locator("#since")).to_have_text(f"Working since {clock}")

    hr = open_browser(None, viewport=DESK)
    hr.sign_in("hr", lands_on="/me/")
    page = hr.page
    page.goto(f"{hr.server.url}/admin/")
    page.get_by_role("link", name=re.compile("punch(es)? to look at")).click()
    expect(page.locator(".inbox-line", has_text="Bina")).to_contain_text("not alike")
    page.goto(f"{hr.server.url}/admin/attendance/punchstate/?stand=flagged")
    page.locator("tr", has_text="Bina").get_by_role("link").first.click()
    expect(page.get_by_role("img", name="Picture taken when Bina checked in")).to_be_visible()
    page.get_by_role("link", name="Accept").click()
    page.get_by_label("Reason").fill("It is Bina with a new haircut")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("The punch is accepted.")).to_be_visible()

    owner.page.goto(f"{owner.server.url}/day/{owner.server.today():%Y-%m-%d}/")
    expect(owner.page.locator(".punch-line")).to_contain_text(
        "somebody looked at it and accepted it"
    )


def test_an_empty_room_gets_advice_and_no_template(open_browser: Open) -> None:
    person = open_browser("empty_room")
    page = person.page
    person.sign_in("chandra")
    page.goto(f"{person.server.url}/face/consent/")
    page.get_by_role("button", name="Yes, compare my face").click()
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator("#advice")).to_have_text("We cannot see your face. Come into the oval.")
    expect(page.locator("#progress-text")).to_have_text("0 of 3")


def test_a_picture_without_a_face_is_recorded_and_flagged(open_browser: Open) -> None:
    """A picture without a face is kept, said and flagged; the punch stands."""
    owner = open_browser("obama")
    owner.sign_in("dipa")
    owner.agree_and_enrol()
    away = open_browser("empty_room", state=owner.context.storage_state())
    away.page.goto(away.server.url)
    away.tap()
    result = away.page.locator("#result")
    expect(result.locator("span")).to_contain_text("your manager or HR will look at the picture")
    expect(result.locator("b")).to_have_text(CLOCK)


def test_a_refused_camera_leads_on_without_a_picture(open_browser: Open) -> None:
    owner = open_browser("obama")
    owner.sign_in("esha")
    owner.agree_and_enrol()
    person = open_browser("obama", allow=False, state=owner.context.storage_state())
    page = person.page
    page.goto(person.server.url)
    person.tap()
    expect(page.locator("#way-text")).to_contain_text("The camera is blocked for this page.")
    expect(page.locator("#try-again")).to_be_focused()
    page.get_by_role("button", name="Go on without a picture").click()
    result = page.locator("#result")
    expect(result.locator("b")).to_have_text(CLOCK)
    expect(result.locator("span")).to_contain_text("face not checked")
    expect(page.locator("#punch-button")).to_have_text("Check out")
    page.goto(f"{person.server.url}/day/{person.server.today():%Y-%m-%d}/")
    expect(page.locator("main")).to_contain_text("A check-in to look at")


def test_no_camera_at_all_says_so(open_browser: Open) -> None:
    owner = open_browser("obama")
    owner.sign_in("falgun")
    owner.agree_and_enrol()
    person = open_browser(None, state=owner.context.storage_state())
    person.page.goto(person.server.url)
    person.tap()
    expect(person.page.locator("#way-text")).to_contain_text("We found no camera.")


def test_plain_http_says_why_and_records(open_browser: Open) -> None:
    owner = open_browser("obama")
    owner.sign_in("ganga")
    owner.agree_and_enrol()
    person = open_browser("obama")
    person.sign_in("ganga", person.server.plain_url)
    person.tap()
    expect(person.page.locator("#way-text")).to_contain_text("secure (https) pages only")
    person.page.get_by_role("button", name="Go on without a picture").click()
    expect(person.page.locator("#result b")).to_have_text(CLOCK)
    # The browser notes that a header of ours counts on secure pages only.
    person.forgive("Cross-Origin-Opener-Policy")


def test_without_consent_one_tap_records(open_browser: Open) -> None:
    person = open_browser(None)
    person.sign_in("hema")
    person.tap()
    expect(person.page.locator("#result b")).to_have_text(CLOCK)
    expect(person.page.locator("#result span")).to_contain_text("face not checked")
