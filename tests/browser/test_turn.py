"""A company that asks for a head turn: who turns checks in, a still picture does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Open, Person
from tests.portraits import mjpeg, portrait, turned

ASKED = re.compile(r"^Turn your head to your (left|right)\.$")
CLOCK = re.compile(r"^Recorded \d\d:\d\d$")
Films = Callable[[str], Path]


def _asked_side(page: Page) -> str:
    text = page.locator("#turn-text")
    expect(text).to_have_text(ASKED)
    found = ASKED.match(text.inner_text())
    assert found
    return found[1]


def _unplug(page: Page) -> None:
    """Take the camera away for a moment; the page opens it again, and its film from the start."""
    page.evaluate(
        "document.getElementById('preview').srcObject.getVideoTracks()[0]"
        ".dispatchEvent(new Event('ended'))"
    )


def _strict(open_browser: Open, name: str, camera: str) -> Person:
    person = open_browser(camera)
    person.sign_in(name)
    person.agree_and_enrol()
    return person


def test_a_head_that_turns_checks_in_and_hr_sees_both_pictures(
    open_browser: Open, films: Films
) -> None:
    person = _strict(open_browser, "uma", "obama@uma")
    page = person.page
    person.tap()
    side = _asked_side(page)
    expect(page.locator("#result b")).to_have_text(CLOCK)
    expect(page.locator(".turn-way")).to_have_attribute("data-turn", side)
    mjpeg(films("obama@uma"), turned(portrait("obama"), to_own_left=side == "left"), 2)
    _unplug(page)
    expect(page.locator("#result span")).to_have_text(re.compile("· face verified$"))
    expect(page.locator("#turn")).to_be_hidden()
    expect(page.locator("#punch-button")).to_have_text("Check out")

    hr = open_browser(None, viewport=DESK)
    hr.sign_in("hr.turning", lands_on="/me/")
    hr.page.goto(f"{hr.server.url}/admin/attendance/punchstate/")
    hr.page.locator("tr", has_text="Uma").get_by_role("link").first.click()
    for name in ("Picture taken when Uma checked in", "Picture of Uma with the head turned"):
        expect(hr.page.get_by_role("img", name=name)).to_be_visible()
    expect(hr.page.get_by_text("head turn seen")).to_be_visible()


def test_a_still_picture_does_not_and_other_ways_are_offered(open_browser: Open) -> None:
    person = _strict(open_browser, "veda", "obama")
    page = person.page
    person.tap()
    _asked_side(page)
    again = page.get_by_role("button", name="Try again")
    # The question is good for twenty seconds; all along, frames of the still picture are sent.
    expect(again).to_be_visible(timeout=40_000)
    expect(page.locator("#turn-text")).to_contain_text("We have not seen the head turn.")
    again.click()
    _asked_side(page)
    page.get_by_role("button", name="Go on without turning").click()
    expect(page.locator("#result span")).to_have_text(
        re.compile(r"^This does not count: the head turn was not (made|seen)\. Please try again\.$")
    )
    expect(page.locator("#punch-button")).to_have_text("Check in")

    person.tap()
    _asked_side(page)
    page.get_by_role("button", name="Go on without turning").click()
    expect(page.locator("#way-text")).to_contain_text("Go on without a picture")
    page.get_by_role("button", name="Go on without a picture").click()
    expect(page.locator("#result span")).to_contain_text("face not checked")
    expect(page.locator("#punch-button")).to_have_text("Check out")


def test_a_picture_that_a_camera_gives_twice_is_noticed(open_browser: Open) -> None:
    person = open_browser("obama@wangmo", has_noise=False)
    person.sign_in("wangmo")
    person.agree_and_enrol()
    page = person.page
    for _n in range(2):
        person.tap()
        _asked_side(page)
        page.get_by_role("button", name="Go on without turning").click()
        # The second time it stands beside the way on without a picture.
        expect(page.get_by_text(re.compile("^This does not count"))).to_be_visible()
    hr = open_browser(None, viewport=DESK)
    hr.sign_in("hr.turning", lands_on="/me/")
    hr.page.goto(f"{hr.server.url}/admin/attendance/punchstate/?stand=refused")
    hr.page.locator("tr", has_text="Wangmo").get_by_role("link").first.click()
    expect(hr.page.get_by_text("the same picture was sent before")).to_be_visible()
