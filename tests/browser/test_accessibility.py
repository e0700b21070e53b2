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
    "/corrections/",
    "/leave/",
    "/leave/ask/",
    "/leave/comp-off/",
    "/leave/feeds/",
    "/leave/year/2026/",
    "/me/",
    "/me/pin/",
    "/internship/",
    "/team/interns/",
    "/invitations/",
    "/face/consent/",
    "/face/deleted/",
    "/password-reset/",
    "/join/",
    "/join/sent/",
    "/certificate/",
    "/careers/himal/",
    "/careers/himal/sent/",
    "/careers/himal/asked/",
    "/styleguide/",
    "/no-such-page",
)
HR = (
    "/admin/",
    "/admin/companies/employee/",
    "/admin/companies/employee/add/",
    "/admin/companies/employee/invitations/",
    "/admin/companies/internship/",
    "/admin/companies/internship/add/",
    "/admin/attendance/certificate/",
    "/admin/companies/opening/",
    "/admin/companies/opening/add/",
    "/admin/companies/opening/page/",
    "/admin/companies/application/",
    "/admin/companies/screeningquestion/add/",
    "/admin/companies/visitorquestion/",
    "/admin/companies/policyversion/add/",
    "/admin/companies/reportschedule/add/",
    "/admin/companies/shiftversion/add/",
    "/admin/attendance/attendanceday/",
    "/admin/attendance/attendanceperiod/lock/",
    "/admin/attendance/payrollcolumn/add/",
    "/admin/companies/auditevent/",
    "/admin/companies/look/",
    "/admin/companies/employee/leave-plan/",
    "/admin/leave/blockdate/add/",
    "/admin/leave/leaveplan/add/",
    "/admin/leave/leaverequeststate/",
    "/admin/leave/leavetype/add/",
    "/admin/leave/leaveyearclose/end/",
    "/admin/leave/ledgerentry/",
    "/admin/leave/ledgerentry/due/",
    "/admin/leave/ledgerentry/file/",
    "/inbox/",
    "/setup/",
    "/slack/",
    "/me/looks/",
    "/me/notices/",
    "/team/attest/",
    "/team/roll/",
    "/reports/",
    "/reports/closing/",
    "/reports/closing/2026-03/",
    "/reports/overtime/",
    "/reports/payable-days/",
    "/reports/stipend-days/",
)
# Fields that stick out of the box of their field. What lies in a closed part is not laid out, and
# measures as it pleases: whoever tests such a part opens it.
_OUTSIDE = """() => [...document.querySelectorAll(".field > input, .field > select")]
  .filter((field) => field.checkVisibility({ contentVisibilityAuto: true }))
  .map((field) => [field, field.getBoundingClientRect().right
    - field.parentElement.getBoundingClientRect().right])
  .filter(([, over]) => over > 1)
  .map(([field, over]) => `${field.name} sticks out by ${Math.round(over)} pixels`)"""

# Styles are computed first, so that what they set in motion is among what is waited for; what
# never ends (a placeholder that pulses) is left out.
_AT_REST = """() => Promise.all(document.getAnimations()
  .filter((motion) => motion.effect.getComputedTiming().endTime !== Infinity)
  .map((motion) => motion.finished.catch(() => null)))"""


def _faults(page: Page) -> list[str]:
    """Return what axe-core finds, and whether the page is wider than its window.

    A page is judged once it is there whole, and its colours where they come to rest: a button
    that is still fading from the light to the dark scheme has neither's contrast.
    """
    page.wait_for_load_state()
    page.evaluate(_AT_REST)
    found = [
        f"{rule['id']}: {node['html'][:120]}"
        for rule in Axe().run(page).response["violations"]
        for node in rule["nodes"]
    ]
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + page.evaluate(_OUTSIDE) + ([f"{width} pixels too wide"] if width > 0 else [])


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
