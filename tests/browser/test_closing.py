"""A month closed by its page: refused without a reason, locked, its file taken, reopened."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.test_accessibility import _faults


@pytest.mark.parametrize("window", [PHONE, DESK], ids=["phone", "desk"])
def test_a_month_is_closed_and_reopened(
    open_browser: Open, window: dict[str, int], tmp_path: Path
) -> None:
    hr = open_browser(None, viewport=window)
    hr.sign_in("hr", lands_on="/me/")
    page = hr.page
    # Long over, so that no other test's days lie in it.
    first = (hr.server.today().replace(day=1) - dt.timedelta(days=80)).replace(day=1)
    address = f"{hr.server.url}/reports/closing/{first:%Y-%m}/"

    page.goto(f"{hr.server.url}/reports/")
    page.get_by_role("link", name="Closing", exact=True).click()
    expect(page.get_by_role("heading", name="Closing")).to_be_visible()
    page.goto(address)
    assert _faults(page) == []
    page.get_by_role("button", name="Begin the review").click()
    expect(page.locator("main")).to_contain_text("In review")
    page.get_by_role("textbox").fill("an old month")
    page.get_by_role("button", name="Lock the month").click()
    expect(page.locator("main .chip")).to_have_text("Locked")
    assert _faults(page) == []

    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    file = tmp_path / "payroll.csv"
    download.value.save_as(file)
    expect(page.locator("code.fingerprint")).to_have_text(
        hashlib.sha256(file.read_bytes()).hexdigest()
    )

    page.get_by_role("link", name="Reopen…").click()
    page.get_by_label("Reason").fill("a letter came late")
    page.get_by_role("button", name="Reopen the month").click()
    expect(page).to_have_url(address)
    expect(page.locator("main .chip")).to_have_text("Open")
