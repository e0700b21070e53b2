"""Second steps in a real browser: an app's code, a recovery code, a passkey in both its uses."""

from __future__ import annotations

import re

from playwright.sync_api import CDPSession, expect

from tests.browser.company import PASSWORD
from tests.browser.conftest import Open, Person
from tests.browser.test_accessibility import _faults, _walk
from tests.portal.test_second_step import code_of

SECURITY = "/me/security/"


def _local(person: Person) -> str:
    """Return the address by name: a browser binds no passkey to a number."""
    return f"http://localhost:{person.server.port}"


def _sign_out(person: Person) -> None:
    person.page.goto(f"{_local(person)}/me/")
    person.page.get_by_role("button", name="Sign out").last.click()
    expect(person.page.get_by_role("heading", name="Sign in")).to_be_visible()


def _password(person: Person, name: str) -> None:
    page = person.page
    page.goto(f"{_local(person)}/sign-in/")
    page.get_by_label("E-mail").fill(f"{name}@terai.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _key(person: Person) -> CDPSession:
    """Plug in a key that knows its owner's finger."""
    session = person.context.new_cdp_session(person.page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    return session


def test_an_app_then_its_code_then_a_recovery_code(open_browser: Open) -> None:
    person = open_browser(None)
    page = person.page
    _password(person, "yeshi")
    expect(page).to_have_url(f"{_local(person)}/")
    page.goto(f"{_local(person)}/me/")
    page.get_by_role("link", name="Sign-in and security").click()
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_alt_text("QR code for the app")).to_be_visible()
    assert _faults(page) == []
    secret = page.locator("#secret").inner_text()
    page.get_by_label("The six digits that the app shows").fill(code_of(secret))
    page.get_by_role("button", name="Use this app").click()
    codes = page.locator(".secrets li")
    expect(codes).to_have_count(10)
    assert _faults(page) == []
    recovery = codes.first.inner_text()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("On: it is asked for when you sign in")).to_be_visible()

    _sign_out(person)
    _password(person, "yeshi")
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    assert _faults(page) == []
    # The code that set the app up is used; the app's next one is taken a little early.
    page.get_by_label("Code", exact=True).fill(code_of(secret, ahead=1))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{_local(person)}/")

    _sign_out(person)
    _password(person, "yeshi")
    page.get_by_label("Code", exact=True).fill(recovery)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{_local(person)}/")
    page.goto(_local(person) + SECURITY)
    expect(page.get_by_text("9 codes are left")).to_be_visible()


def test_a_passkey_is_a_second_step_and_a_way_in(open_browser: Open) -> None:
    person = open_browser(None)
    page = person.page
    _key(person)
    _password(person, "zara")
    page.goto(f"{_local(person)}{SECURITY}passkey/")
    assert _faults(page) == []
    page.get_by_label("Name").fill("Blue key")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.locator(".secrets li")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Blue key", exact=True)).to_be_visible()

    _sign_out(person)
    _password(person, "zara")
    page.get_by_role("button", name="Use your passkey").click()
    expect(page).to_have_url(f"{_local(person)}/")

    _sign_out(person)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(f"{_local(person)}/")
    page.goto(_local(person) + SECURITY)
    expect(page.get_by_text(re.compile("Passkey, last used"))).to_be_visible()


def test_a_browser_without_the_passkey_says_so(open_browser: Open) -> None:
    person = open_browser(None)
    page = person.page
    page.goto(f"{person.server.url}/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The passkey did not answer.")).to_be_visible()


def test_the_pages_of_sign_in_and_security(open_browser: Open) -> None:
    person = open_browser(None)
    person.sign_in("omkar")
    pages = (SECURITY, f"{SECURITY}password/", f"{SECURITY}email/", f"{SECURITY}app/")
    assert _walk(person, (*pages, f"{SECURITY}passkey/")) == {}
