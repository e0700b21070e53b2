"""A manager hands the team over and back: on a phone, to a colleague who had none before."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Open
from tests.browser.test_accessibility import _faults


def test_a_team_is_handed_over_and_laid_down(open_browser: Open) -> None:
    rama = open_browser(None, viewport=PHONE)
    rama.sign_in("rama")
    page = rama.page
    page.goto(f"{rama.server.url}/team/")
    page.get_by_role("link", name="While you are away").click()
    expect(page.get_by_role("heading", name="Who decides for you")).to_be_visible()
    assert _faults(page) == []
    page.get_by_label("Last day").fill(page.get_by_label("First day").input_value())
    page.get_by_role("button", name="Let them decide").click()
    expect(page.get_by_role("alert")).to_have_text("Choose who decides.")
    assert _faults(page) == []
    page.get_by_label("Mina").check()
    page.get_by_role("button", name="Let them decide").dblclick()
    expect(page.get_by_text("Mina decides for you:")).to_be_visible()
    expect(page.get_by_role("button", name="End now Mina")).to_have_count(1)

    mina = open_browser(None, viewport=PHONE)
    mina.sign_in("mina")
    page = mina.page
    page.get_by_role("link", name="Team", exact=True).click()
    expect(page.locator(".notice")).to_contain_text("You decide for Rama until")
    expect(page.locator("#team-now")).to_contain_text("Sita")
    assert _faults(page) == []
    page.get_by_role("link", name="More Rama").click()
    page.get_by_role("button", name="Lay it down").click()
    expect(page.get_by_text("no longer decides")).to_be_visible()
    expect(page.get_by_role("link", name="Team", exact=True)).to_have_count(0)
