"""HR names a mail domain on a phone: what is wrong stands at the field, nothing is cut off."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Open

LONG = "the-office-of-the-long-valley.and-of-the-mountains-behind-it.terai.example"
_CUT_OFF = "cells => cells.filter(cell => cell.scrollHeight > cell.clientHeight + 1).length"


def test_a_domain_is_named_and_read_on_a_phone(open_browser: Open) -> None:
    person = open_browser(None)
    person.sign_in("hr", lands_on="/me/")
    page = person.page
    for name, said in (
        ("terai", "terai is no domain."),
        (LONG, f"Put a TXT record named _muster.{LONG} with the value muster-domain="),
        (LONG, "This domain stands there already."),
    ):
        page.goto(f"{person.server.url}/admin/companies/companydomain/ask/")
        page.get_by_label("Domain").fill(name)
        page.get_by_role("button", name="Name it").click()
        expect(page.get_by_text(said)).to_be_visible()

    page.goto(f"{person.server.url}/admin/companies/companydomain/")
    expect(page.locator("#result_list td, #result_list th").get_by_text(LONG)).to_be_visible()
    assert page.locator("#result_list").locator("td, th").evaluate_all(_CUT_OFF) == 0
    page.get_by_role("link", name=LONG).click()
    expect(page.get_by_text(f"_muster.{LONG}")).to_be_visible()
