"""Every page passes axe-core's rules, in light and dark, and none scrolls sideways on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Open, Person

SCHEMES = ("light", "dark")
OWN = (
    "/",
    "/month/",
    "/me/",
    "/face/consent/",
    "/password-reset/",
    "/styleguide/",
    "/no-such-page",
)
HR = (
    "/admin/",
    "/admin/companies/employee/",
    "/admin/companies/employee/add/",
    "/admin/companies/policyversion/add/",
    "/admin/companies/shiftversion/add/",
    "/admin/attendance/attendanceday/",
    "/admin/attendance/attendanceperiod/lock/",
    "/admin/companies/auditevent/",
    "/team/attest/",
)


def _faults(page: Page) -> list[str]:
    """Return what axe-core finds, and whether the page is wider than its window."""
    found = [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in Axe().run(page).response["violations"]
        for node in rule["nodes"]
    ]
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + ([f"{width} pixels too wide"] if width > 0 else [])


def _walk(person: Person, addresses: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the faults by page and colour scheme."""
    faults = {}
    for scheme in SCHEMES:
        person.page.emulate_media(color_scheme=scheme)
        for address in addresses:
            person.page.goto(person.server.url + address)
            faults[f"{address} {scheme}"] = _faults(person.page)
    return {place: found for place, found in faults.items() if found}


def test_the_employees_pages(open_browser: Open) -> None:
    person = open_browser("obama")
    person.page.goto(f"{person.server.url}/sign-in/")
    assert _faults(person.page) == []
    person.sign_in("mina")
    assert _walk(person, OWN) == {}
    person.forgive("404")

    person.agree_and_enrol()
    assert _walk(person, ("/face/enrol/",)) == {}
    person.page.goto(person.server.url)
    person.tap()
    expect(person.page.locator("#result span")).to_contain_text("face verified")
    assert _faults(person.page) == []
    today = person.server.today()
    assert _walk(person, (f"/day/{today:%Y-%m-%d}/", "/month/")) == {}


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["phone", "desk"])
def test_hrs_pages(open_browser: Open, window: dict[str, int]) -> None:
    hr = open_browser(None, viewport=window)
    hr.sign_in("hr", lands_on="/me/")
    assert _walk(hr, HR) == {}
    hr.page.goto(f"{hr.server.url}/admin/companies/employee/")
    hr.page.goto(
        hr.server.url
        + str(hr.page.locator("#result_list tbody a[href^='/']").first.get_attribute("href"))
    )
    assert _faults(hr.page) == []
