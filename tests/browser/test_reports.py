"""The muster roll by keys alone, a report narrowed, and a file taken and opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from python_calamine import load_workbook

from tests.browser.conftest import DESK, PHONE, Open, Person
from tests.browser.test_accessibility import _faults, _walk

PAGES = ("/reports/", "/team/roll/", "/reports/headcount/", "/reports/summary/")
_HERE = (
    "[document.activeElement.closest('tr').rowIndex,"
    " document.activeElement.closest('td, th').cellIndex]"
)


def _manager(open_browser: Open, viewport: dict[str, int]) -> Person:
    person = open_browser(None, viewport=viewport)
    person.sign_in("rama")
    return person


def _press(page: Page, keys: str) -> Any:
    for key in keys.split():
        page.keyboard.press(key)
    return page.evaluate(_HERE)


def test_reports_are_fine_on_a_desk_and_on_a_phone(open_browser: Open) -> None:
    for viewport in (DESK, PHONE):
        person = _manager(open_browser, viewport)
        assert _walk(person, PAGES) == {}
        for address in PAGES[1:]:
            person.page.goto(person.server.url + address)
            person.page.locator("summary", has_text="Narrow").click()
            expect(person.page.get_by_label("Name or code")).to_be_visible()
            assert _faults(person.page) == []


def test_the_roll_is_walked_by_keys_and_a_day_opens(open_browser: Open) -> None:
    person = _manager(open_browser, DESK)
    page = person.page
    page.goto(f"{person.server.url}/team/roll/")
    table = page.get_by_role("grid")
    expect(table).to_be_visible()
    # One stop for Tab: the others are reached by arrows.
    assert table.locator("[tabindex='0']").count() == 1
    table.locator("[tabindex='0']").focus()
    assert _press(page, "Control+Home") == [1, 0]
    assert _press(page, "ArrowRight") == [1, 1]
    assert _press(page, "ArrowLeft ArrowLeft") == [1, 0]
    assert _press(page, "ArrowUp") == [1, 0]
    last = page.evaluate("document.querySelector('table[data-grid]').rows.length - 1")
    columns = page.evaluate("document.querySelector('table[data-grid]').rows[1].cells.length - 1")
    assert _press(page, "Control+End") == [last, columns]
    assert _press(page, "Home PageUp") == [max(1, last - 10), 0]
    assert _press(page, "Control+Home ArrowRight") == [1, 1]
    page.keyboard.press("Enter")
    page.wait_for_url("**/day/**")
    expect(page.locator("main")).to_contain_text("Why")


def test_a_spreadsheet_is_taken_and_holds_what_the_page_shows(
    open_browser: Open, tmp_path: Path
) -> None:
    person = _manager(open_browser, DESK)
    page = person.page
    page.goto(f"{person.server.url}/reports/summary/")
    page.locator("summary", has_text="Narrow").click()
    page.get_by_label("Group by department").check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".is-group").first).to_be_visible()
    page.locator("summary", has_text="Download").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Spreadsheet (XLSX)").click()
    file = tmp_path / "summary.xlsx"
    download.value.save_as(file)
    rows = load_workbook(file).get_sheet_by_index(0).to_python()
    shown = [text.strip() for text in page.locator("tbody th").all_inner_texts()]
    assert [row[0] for row in rows if row[0] in shown] == shown
