"""A whole check-in with a picture, through the package: page, punch, verification, and again."""

from __future__ import annotations

import uuid

from infrastructure.package import build
from tests.prove.gateway import Browser, multipart
from tests.prove.package.conftest import Stand
from tests.prove.package.test_http import field, sign_in

JSON = [("Accept", "application/json")]


def picture() -> bytes:
    """Return a picture as a phone's camera gives it."""
    found = sorted((build.ROOT / "portal" / "demo_pictures").glob("*.jpg"))
    return found[0].read_bytes()


def test_a_check_in_from_the_page_to_the_verdict(stand: Stand) -> None:
    browser = stand.browser("rest, own domain")
    sign_in(browser, stand)
    page = browser.get("/")
    held, tap = field(page, "pass"), str(uuid.uuid4())
    body, kind = multipart(
        {"pass": held, "tap_id": tap, "direction": "in", "no_frame": ""},
        {"frame": ("image/jpeg", picture())},
    )

    recorded = browser.post("/punch", body, kind, JSON)

    assert recorded.status == 201, recorded.text
    said = recorded.json()
    assert said["text"] == f"Recorded {said['recorded']}"

    # The same tap again, from another environment of the function: the same punch.
    stand.function.kill()
    again = browser.post("/punch", body, kind, JSON)
    assert (again.status, again.json()["id"]) == (200, said["id"])

    asked, form = multipart({"pass": held}, {})
    weighed = browser.post(said["verify"], asked, form, JSON)
    assert weighed.status == 200, weighed.text

    today = browser.get("/")
    assert said["recorded"] in today.text


def test_a_pass_that_is_not_ours_records_nothing(stand: Stand) -> None:
    browser = Browser(stand.function, "rest, own domain")
    fields = {"pass": "made:up:here", "tap_id": str(uuid.uuid4()), "direction": "in"}
    body, kind = multipart(fields, {"frame": ("image/jpeg", picture())})

    answer = browser.post("/punch", body, kind, JSON)

    assert answer.status == 401
    assert answer.header("Content-Type") == "application/problem+json"
    assert answer.json()["code"] == "pass_invalid"
