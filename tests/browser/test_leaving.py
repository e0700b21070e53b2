"""Somebody leaves: HR sees what is open, their team gets another manager, their sign-in ends."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Open, Person
from tests.browser.test_accessibility import _faults

_DAY = dt.timedelta(days=1)


def _open_person(hr: Person, name: str) -> Page:
    page = hr.page
    page.goto(f"{hr.server.url}/admin/companies/employee/?q={name}")
    page.locator("#result_list tbody").get_by_role("link", name=name).first.click()
    return page


def _choose(page: Page, label: str, name: str) -> None:
    """Look somebody up in a field that searches while one types."""
    page.get_by_role("combobox", name=label).click()
    page.locator(".select2-search__field").fill(name)
    page.locator(".select2-results__option", has_text=name).click()


def _write(page: Page, last_on: dt.date, successor: str = "") -> None:
    page.get_by_role("link", name="Leaving…").click()
    page.wait_for_load_state()  # before its script is there, nobody can be looked up
    page.get_by_label("Last day").fill(last_on.isoformat())
    if successor:
        _choose(page, "Who takes their people over", successor)
    page.get_by_label("Reason").fill("moves to the coast")
    assert _faults(page) == []
    page.get_by_role("button", name="Write the last day").click()


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["phone", "desk"])
def test_hr_reads_what_is_open_before_the_last_day(
    open_browser: Open, window: dict[str, int]
) -> None:
    hr = open_browser(None, viewport=window)
    hr.sign_in("hr", lands_on="/me/")
    page = _open_person(hr, "Rama")
    page.get_by_role("link", name="Leaving…").click()
    page.get_by_role("button", name="Write the last day").click()
    expect(page.get_by_role("alert")).to_contain_text("This field is required.")
    card = page.locator("section.muster-card")
    expect(card).to_contain_text("People who report to them: 3")
    assert _faults(page) == []
    page.get_by_label("Last day").fill("2001-01-01")
    page.get_by_role("button", name="Write the last day").click()
    expect(page.get_by_role("alert")).to_contain_text("Rama had not joined by then.")
    assert _faults(page) == []


def test_a_leaver_hands_the_team_over_and_is_led_to_the_former_page(open_browser: Open) -> None:
    lhamo = open_browser(None)
    lhamo.sign_in("lhamo")
    hr = open_browser(None, viewport=DESK)
    hr.sign_in("hr", lands_on="/me/")
    page = _open_person(hr, "Lhamo")
    # Over by now, everywhere on earth, so that what holds after a last day is seen today.
    last_on = hr.server.today() - 3 * _DAY
    _write(page, last_on, "Dolma")
    weekday = f"{last_on:%A}, {last_on.day} {last_on:%B %Y}"
    expect(
        page.get_by_text(
            f"The last day of Lhamo is {weekday}. One person reports to Dolma after it."
        )
    ).to_be_visible()
    assert _faults(page) == []
    page.get_by_role("link", name="Leaving…").click()
    expect(page.get_by_role("heading", name="Nothing of theirs is open")).to_be_visible()
    _open_person(hr, "Pasang")
    expect(page.get_by_role("main")).to_contain_text("Dolma")

    _mail_says(hr, f"From {last_on + _DAY:%a}, ", "these people report to you: Pasang.")
    dolma = open_browser(None)
    dolma.sign_in("dolma")
    dolma.page.get_by_role("link", name="Team", exact=True).click()
    expect(dolma.page.locator("#team-now")).to_contain_text("Pasang")

    _is_shut_out(lhamo)
    again = open_browser(None)
    again.sign_in("lhamo", lands_on="/former/")
    expect(again.page.get_by_role("heading", level=1)).to_have_text(
        "You no longer work at Terai Textiles"
    )
    expect(again.page.locator("main")).to_contain_text(f"Your last day was {last_on:%a}, ")
    assert _faults(again.page) == []
    _is_shut_out(again)


def _mail_says(hr: Person, *texts: str) -> None:
    heading = hr.page.get_by_role("heading", name="You take over the team of Lhamo")
    mail = hr.mail(hr.page.locator("article", has=heading))
    for text in texts:
        expect(mail).to_contain_text(text)


def _is_shut_out(person: Person) -> None:
    """The start page leads to the one for who worked here; the others are not there any more."""
    page, former = person.page, f"{person.server.url}/former/"
    for path in ("/", "/me/"):
        page.goto(person.server.url + path)
        expect(page).to_have_url(former)
    for path in ("/month/", "/leave/", "/team/"):
        page.goto(person.server.url + path)
        expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
        page.get_by_role("link", name="To the start page").click()
        expect(page).to_have_url(former)
    person.forgive("404")
