"""Enrolling where there is no camera: photos from a phone, each judged as it comes."""

from __future__ import annotations

from playwright.sync_api import expect

from tests import portraits
from tests.browser.conftest import Open


def _file(name: str) -> str:
    return str(portraits.FOLDER / f"{name}.jpg")


def test_photos_in_place_of_the_camera_are_an_enrolment(open_browser: Open) -> None:
    person = open_browser(None)
    page = person.page
    person.sign_in("asha")
    page.goto(f"{person.server.url}/face/consent/")
    page.get_by_role("button", name="Yes, compare my face").click()
    page.get_by_text("No camera here?").click()
    picker, advice = page.get_by_label("Photos (JPEG, PNG or WebP"), page.locator("#advice")

    of_an_iphone = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    picker.set_input_files({"name": "a.heic", "mimeType": "image/heic", "buffer": of_an_iphone})
    expect(advice).to_contain_text("(HEIC) cannot be read here")
    person.forgive("415")
    picker.set_input_files(_file("obama"))
    expect(page.locator("#progress-text")).to_have_text("1 of 3")
    expect(advice).to_have_text("2 more, please: choose others.")
    picker.set_input_files(_file("biden"))
    expect(advice).to_have_text("This looks like another person. Only you, please.")
    picker.set_input_files([_file("obama3"), _file("obama_partial_face")])
    expect(page.get_by_text("From now on your face is compared")).to_be_visible()
