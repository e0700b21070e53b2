"""An opening to its intern: HR publishes, a visitor applies on a phone, HR decides and takes in."""

from __future__ import annotations

import datetime as dt

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Open, Person
from tests.browser.test_accessibility import _faults
from tests.browser.test_joining import _open_mail
from tests.companies.careers_world import PDF

HOME = "/careers/terai-textiles/"
TITLE = "Weaver of narrow ribbons"
LETTER = {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": PDF}


def _do(page: Page, button: str, submit: str) -> None:
    """Press a button of a row's page, and send what it asks."""
    page.get_by_role("link", name=button, exact=True).click()
    assert _faults(page) == []
    page.get_by_role("button", name=submit, exact=True).click()


def _publish(hr: Person) -> None:
    page = hr.page
    page.goto(f"{hr.server.url}/admin/companies/opening/page/")
    page.get_by_label("Everybody may read the careers page").check()
    page.get_by_label("Introduction").fill("We weave by the river.")
    assert _faults(page) == []
    page.get_by_role("button", name="Save").click()
    page.goto(f"{hr.server.url}/admin/companies/opening/add/")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_label("Employment type").select_option("intern")
    page.get_by_label("Description").fill("Narrow ribbons, wide views.")
    assert _faults(page) == []
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Add a question…").click()
    page.get_by_label("Question", exact=False).first.fill("A letter")
    page.get_by_label("Answered by").select_option("file")
    assert _faults(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".muster-table").get_by_role("link", name="A letter")).to_be_visible()
    assert _faults(page) == []
    _do(page, "Publish", "Publish")
    expect(page.get_by_text("Published. People may apply on its dates.")).to_be_visible()


def _send(visitor: Person, button: str) -> None:
    """Press until it is taken: whoever is quicker than a person is asked to look it over."""
    page = visitor.page
    quick = page.get_by_text("That was quick.")
    for _n in range(40):
        page.get_by_label("A letter").set_input_files([LETTER])  # type: ignore[list-item]
        page.get_by_role("button", name=button).click()
        page.wait_for_load_state()
        if not quick.count():
            return
        visitor.forgive("400")
        page.wait_for_timeout(250)


def _apply(visitor: Person) -> str:
    """Apply and confirm; return the private address."""
    page = visitor.page
    page.goto(f"{visitor.server.url}{HOME}")
    assert _faults(page) == []
    page.get_by_role("link", name=TITLE).click()
    assert _faults(page) == []
    page.get_by_role("link", name="Apply", exact=True).click()
    assert _faults(page) == []
    page.get_by_label("Your name").fill("Nima Sherpa")
    page.get_by_label("Your e-mail").fill("nima@ribbon.example")
    page.get_by_label("I agree that what I send").check()
    _send(visitor, "Send the application")
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    assert _faults(page) == []
    _open_mail(visitor, "nima@ribbon.example", "Confirm your application at Terai Textiles")
    assert _faults(page) == []
    private = page.url
    page.get_by_role("button", name="Confirm").dblclick()
    expect(page.get_by_text("Received. HR reads it and writes to you.")).to_be_visible()
    assert _faults(page) == []
    return private


def _choose(page: Page, label: str, name: str) -> None:
    """Choose a person in a search box."""
    field = page.locator(".muster-field", has=page.get_by_text(label, exact=True))
    field.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill(name)
    page.locator(".select2-results__option", has_text=name).first.click()


def _take_in(hr: Person) -> None:
    page, today = hr.page, dt.datetime.now(dt.UTC).date()
    page.goto(f"{hr.server.url}/admin/companies/application/")
    assert _faults(page) == []
    page.get_by_role("link", name="Nima Sherpa").click()
    assert _faults(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="File, 1 kB").click()
    assert download.value.suggested_filename.endswith(".pdf")
    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_label("To", exact=True).select_option("accepted")
    page.get_by_label("What the candidate reads").fill("Come in April.")
    assert _faults(page) == []
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_text("Moved.")).to_be_visible()
    page.get_by_role("link", name="Take in…").click()
    page.get_by_label("Joins on").fill((today + dt.timedelta(days=7)).isoformat())
    page.get_by_label("Last day of the internship").fill(
        (today + dt.timedelta(days=90)).isoformat()
    )
    _choose(page, "Mentor", "Wangdi")
    assert _faults(page) == []
    page.get_by_role("button", name="Take them in").click()
    expect(page.get_by_text("They are one of you")).to_be_visible()


def test_a_visitor_becomes_an_intern(open_browser: Open) -> None:
    hr = open_browser(None, viewport=DESK)
    hr.sign_in("hr", lands_on="/me/")
    _publish(hr)
    visitor = open_browser(None, viewport=PHONE)
    private = _apply(visitor)
    _take_in(hr)

    page = visitor.page
    page.goto(private)
    expect(page.get_by_text("Accepted. HR writes to you about how you begin.")).to_be_visible()
    expect(page.get_by_text("Come in April.")).to_be_visible()
    assert _faults(page) == []
    hr.page.goto(f"{hr.server.url}/admin/companies/internship/?state=to_come")
    expect(hr.page.get_by_role("link", name="Nima Sherpa")).to_be_visible()
    _open_mail(visitor, "nima@ribbon.example", "Your sign-in to Muster at Terai Textiles")
    expect(page.get_by_label("New password")).to_be_visible()
