"""Every form of a page's request, answered by the unzipped package under the real runtime."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from pathlib import Path
from urllib.parse import quote

import pytest

from infrastructure.package import build
from portal.views import RESETS_OF_A_CLIENT
from tests.prove.gateway import HOSTS, Answer, Browser, multipart
from tests.prove.local_lambda import Function
from tests.prove.package.conftest import PASSWORD, Stand

FORMS = list(HOSTS)
every_form = pytest.mark.parametrize("form", FORMS)
EVERY_BYTE = bytes(range(256)) * 64


def field(page: Answer, name: str) -> str:
    """Return the value of a hidden field of a page's form."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def sign_in(browser: Browser, stand: Stand) -> Answer:
    """Sign in by the page's own form and return the answer."""
    page = browser.get("/sign-in/")
    return browser.post_form(
        "/sign-in/",
        {
            "csrfmiddlewaretoken": field(page, "csrfmiddlewaretoken"),
            "login": stand.people.email,
            "password": PASSWORD,
        },
    )


@every_form
def test_a_page(stand: Stand, form: str) -> None:
    answer = stand.browser(form).get("/sign-in/")

    assert answer.status == 200
    assert answer.header("Content-Type") == "text/html; charset=utf-8"
    assert "<h1>Sign in</h1>" in answer.text


@every_form
def test_signing_in_by_a_form_with_its_token(stand: Stand, form: str) -> None:
    browser = stand.browser(form)

    answer = sign_in(browser, stand)

    assert (answer.status, answer.header("Location")) == (302, f"{browser.prefix}/")
    assert "__Host-session" in browser.cookies
    today = browser.get("/")
    assert today.status == 200
    assert "<title>Today" in today.text


@every_form
def test_a_form_without_its_token_is_refused(stand: Stand, form: str) -> None:
    answer = stand.browser(form).post_form("/sign-in/", {"login": "a@b.example", "password": "x"})

    assert answer.status == 403


@every_form
def test_each_cookie_is_set_once(stand: Stand, form: str) -> None:
    browser = stand.browser(form)

    cookies = [line.partition("=")[0] for line in sign_in(browser, stand).all("Set-Cookie")]

    assert sorted(cookies) == sorted(set(cookies))
    assert {"__Host-session", "__Host-csrf"} <= set(cookies)


@every_form
def test_redirects_keep_the_prefix_of_a_bare_stage(stand: Stand, form: str) -> None:
    browser = stand.browser(form)

    to_sign_in = browser.get("/me/")
    to_slash = browser.get("/sign-in")

    prefix = browser.prefix
    assert (to_sign_in.status, to_sign_in.header("Location")) == (
        302,
        f"{prefix}/sign-in/?next={quote(prefix)}/me/",
    )
    assert (to_slash.status, to_slash.header("Location")) == (301, f"{prefix}/sign-in/")


@every_form
def test_repeated_query_parameters_all_arrive(stand: Stand, form: str) -> None:
    """The page leads to the sign-in and quotes the whole query."""
    browser = stand.browser(form)

    answer = browser.get("/team/?day=2026-03-02&day=2026-03-03&name=M%C4%81y%C4%81+%26+co")

    asked = f"{browser.prefix}/team/?day=2026-03-02&day=2026-03-03&name=M%C4%81y%C4%81+%26+co"
    assert answer.status == 302
    assert answer.header("Location") == f"{browser.prefix}/sign-in/?next=" + quote(asked, safe="/")


@every_form
def test_a_binary_answer_arrives_byte_for_byte(
    stand: Stand, form: str, package: build.Package
) -> None:
    names = json.loads((package.static / "staticfiles.json").read_text())["paths"]
    picture = next(hashed for name, hashed in names.items() if name.endswith((".png", ".woff2")))

    answer = stand.browser(form).get(f"/static/{picture}")

    assert answer.status == 200
    assert answer.body == (package.static / picture).read_bytes()
    assert "immutable" in answer.header("Cache-Control")


@every_form
def test_every_value_of_a_byte_arrives_in_a_file(stand: Stand, form: str) -> None:
    """The door hashes the frame of a punch; what it has kept is what was sent."""
    browser = stand.browser(form)
    sign_in(browser, stand)
    page = browser.get("/")
    # A picture by its head, every value of a byte after it.
    frame = (build.ROOT / "portal/demo_pictures").glob("*.jpg")
    picture = next(iter(sorted(frame))).read_bytes() + EVERY_BYTE
    body, kind = multipart(
        {
            "pass": field(page, "pass"),
            "tap_id": str(uuid.uuid4()),
            "direction": "in",
            "no_frame": "",
        },
        {"frame": ("image/jpeg", picture)},
    )

    answer = browser.post("/punch", body, kind, [("Accept", "application/json")])

    assert answer.status == 201, answer.text
    assert answer.json()["direction"] == "in"
    assert hashlib.sha256(picture).hexdigest() in kept_pictures(stand)


def kept_pictures(stand: Stand) -> set[str]:
    """Return the hashes of the pictures that the function has kept."""
    folder = Path(stand.environment["MUSTER_VAR"]) / "photos"
    return {
        hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


@every_form
def test_an_address_that_is_claimed_is_not_believed(stand: Stand, form: str) -> None:
    """Who asks for resets is counted by the gateway's word: claims do not begin a new count."""
    browser = stand.browser(form)
    browser.client = f"198.51.100.{FORMS.index(form)}"

    page = browser.get("/password-reset/")
    token = field(page, "csrfmiddlewaretoken")

    def ask(number: int) -> bool:
        claims = [(name, f"6.6.6.{number}") for name in ("X-Forwarded-For", "X_Forwarded_For")]
        body = f"csrfmiddlewaretoken={token}&email=n{number}.{browser.client}@muster.example"
        kind = "application/x-www-form-urlencoded"
        answer = browser.post("/password-reset/", body.encode(), kind, claims)
        assert answer.status == 200
        return "Too many attempts." in answer.text

    refused = [number for number in range(RESETS_OF_A_CLIENT + 1) if ask(number)]

    assert refused == [RESETS_OF_A_CLIENT]


@every_form
def test_a_page_that_does_not_exist(stand: Stand, form: str) -> None:
    browser = stand.browser(form)
    sign_in(browser, stand)

    assert browser.get("/no-such-page/").status == 404


@every_form
def test_a_body_over_the_limit_is_a_sentence(stand: Stand, form: str) -> None:
    """The largest body that a gateway lets through, with what base64 adds, is far above ours."""
    body, kind = multipart({"a": "b"}, {"frame": ("image/jpeg", bytes(4 * 1024 * 1024))})

    answer = stand.browser(form).post("/password-reset/", body, kind)

    assert answer.status == 413
    assert "That is too much at once" in answer.text


@every_form
def test_a_database_that_does_not_answer_is_said_without_a_trace(stand: Stand, form: str) -> None:
    broken = Function(
        "muster-broken",
        stand.function.root,
        stand.function.python,
        environment={
            **stand.environment,
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing?connect_timeout=1",
        },
    )
    browser = Browser(broken, form, cookies={"__Host-session": "a" * 32})
    try:
        answer = browser.get("/me/")
    finally:
        broken.stop()

    assert (answer.status, answer.header("Retry-After")) == (503, "5")
    shows_nothing_of_the_code(answer)
    assert any("OperationalError" in line for line in broken.logs)


@every_form
def test_an_error_of_the_translation_shows_nothing_of_the_code(stand: Stand, form: str) -> None:
    browser = stand.browser(form)
    event = browser.event("GET", "/sign-in/", [], b"")
    event.pop("path" if form.startswith("rest") else "rawPath")

    said = stand.function.invoke(event)

    assert said.error == ""
    assert said.json()["statusCode"] == 500
    shows_nothing_of_the_code(Answer(500, [], said.json()["body"].encode()))


def shows_nothing_of_the_code(answer: Answer) -> None:
    """Fail for a word that only somebody who mends the program should read."""
    for word in ("Traceback", "psycopg", "OperationalError", "KeyError", ".py"):
        assert word not in answer.text
