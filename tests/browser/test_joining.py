"""A company joins, on a phone: from the sign-in page to the list of what is left to set up."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Open, Person
from tests.browser.test_accessibility import _faults

COMPANY = "Terrace Gardens of the Upper Valley"


def _ask(page: Page) -> None:
    page.get_by_label("Company", exact=True).fill(COMPANY)
    page.get_by_label("Country").select_option(label="Nepal")
    page.get_by_label("About how many people").select_option(label="11 to 50")
    page.get_by_label("Your name").fill("Pema")
    page.get_by_label("Your work e-mail").fill("pema@terrace.example")
    page.get_by_label("Website or mail domain").fill("not a domain")
    _send(page)
    expect(page.get_by_text("not a domain is no domain.")).to_be_visible()
    assert _faults(page) == []
    expect(page.get_by_label("Company", exact=True)).to_have_value(COMPANY)
    page.get_by_label("Website or mail domain").fill("www.terrace.example")
    _send(page)
    expect(page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    assert _faults(page) == []


def _send(page: Page) -> None:
    """Press until it is taken: whoever is quicker than a person is asked to look it over."""
    quick = page.get_by_text("That was quick.")
    for _n in range(40):
        page.get_by_role("button", name="Ask to join").click()
        page.wait_for_load_state()
        if not quick.count():
            return
        page.wait_for_timeout(250)


def _open_mail(person: Person, address: str, subject: str) -> None:
    """Follow the link of a mail; others may have got one of the same subject."""
    heading = person.page.get_by_role("heading", name=subject)
    articles = person.page.locator("article", has=heading, has_text=f"To {address}, ")
    mail = person.mail(articles)
    link = mail.get_by_role("link", name="Open the link").first.get_attribute("href")
    person.page.goto(person.server.url + urlsplit(str(link)).path)


def _approve(open_browser: Open) -> None:
    otto = open_browser(None, viewport=DESK)
    page = otto.page
    page.goto(f"{otto.server.url}/sign-in/?next=/operator/")
    page.get_by_role("button", name="Otto, who runs the platform").click()
    page.get_by_role("link", name="company asks to join").or_(
        page.get_by_role("link", name="companies ask to join")
    ).first.click()
    page.get_by_role("link", name=COMPANY).click()
    assert _faults(page) == []
    page.get_by_role("link", name="Approve").click()
    expect(page.get_by_label("Code")).to_have_value("terrace-gardens-of-the-upper-valley")
    page.get_by_label("Code").fill("terrace")
    assert _faults(page) == []
    page.get_by_role("button", name="Make the company").dblclick()
    expect(page.get_by_text(f"{COMPANY} stands; its HR has a link to sign in.")).to_be_visible()


def test_a_company_joins(open_browser: Open) -> None:
    pema = open_browser(None, viewport=PHONE)
    page = pema.page
    page.goto(f"{pema.server.url}/sign-in/")
    page.get_by_role("link", name="Your company is not here yet?").click()
    assert _faults(page) == []
    _ask(page)

    _open_mail(pema, "pema@terrace.example", f"Confirm that {COMPANY} asks to join Muster")
    private = page.url
    assert _faults(page) == []
    page.get_by_role("button", name="Confirm").dblclick()
    expect(page.get_by_text("Confirmed. We read it, and you get a mail.")).to_be_visible()
    assert _faults(page) == []
    _approve(open_browser)

    page.goto(private)
    expect(page.get_by_text("Your company is ready.")).to_be_visible()
    assert _faults(page) == []
    _open_mail(pema, "pema@terrace.example", f"{COMPANY} is ready at Muster")
    page.get_by_label("New password").fill("terraces above the river")
    page.get_by_label("Once more").fill("terraces above the river")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", name="Set up your company")).to_be_visible()
    expect(page.get_by_text("3 steps are left.")).to_be_visible()
    assert _faults(page) == []
