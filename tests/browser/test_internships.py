"""An internship to its end: completed by HR, certified, downloaded, and checked by a stranger."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import DESK, Open, Person
from tests.browser.test_accessibility import _faults
from tests.integrations.tables.pdf import Reader


def _complete_and_issue(hr: Person) -> str:
    """Complete Lila's internship in the admin, and return the code of its certificate."""
    page = hr.page
    page.goto(f"{hr.server.url}/admin/companies/internship/?state=over")
    page.get_by_role("link", name="Lila").first.click()
    assert _faults(page) == []
    for button, submit in (("Complete", "Complete it"), ("Issue certificate", "Issue it")):
        page.get_by_role("link", name=button, exact=True).click()
        if button == "Complete":
            page.get_by_label("Remark").fill("Good hands, and careful with the looms.")
        assert _faults(page) == []
        page.get_by_role("button", name=submit).click()
    page.locator("a[href*='/attendance/certificate/'][href$='/change/']").last.click()
    expect(page.get_by_text("This certificate is valid.")).to_be_visible()
    assert _faults(page) == []
    code = page.get_by_role("link", name="What others see of it").get_attribute("href")
    return str(code).rstrip("/").rpartition("/")[2]


def test_an_internship_ends_with_a_certificate_that_anybody_checks(
    open_browser: Open, tmp_path: Path
) -> None:
    hr = open_browser(None, viewport=DESK)
    hr.sign_in("hr", lands_on="/me/")
    code = _complete_and_issue(hr)

    intern = open_browser(None)
    intern.sign_in("lila")
    intern.page.goto(f"{intern.server.url}/me/")
    intern.page.get_by_role("link", name="See your internship").click()
    assert _faults(intern.page) == []
    with intern.page.expect_download() as download:
        intern.page.get_by_role("link", name="Download the certificate").click()
    file = tmp_path / "certificate.pdf"
    download.value.save_as(file)
    assert download.value.suggested_filename == f"certificate-{code}.pdf"
    (paper,) = Reader(file.read_bytes()).pages()
    assert code in paper.texts and "Lila" in paper.texts

    mentor = open_browser(None)
    mentor.sign_in("wangdi")
    mentor.page.goto(f"{mentor.server.url}/me/")
    mentor.page.get_by_role("link", name="See your interns").click()
    expect(mentor.page.locator("main")).to_contain_text("Lila Completed")
    assert _faults(mentor.page) == []

    stranger = open_browser(None)
    page = stranger.page
    page.goto(f"{stranger.server.url}/certificate/")
    page.get_by_label("Code on the certificate").fill("ACDE FGHJ KMNP")
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("alert")).to_contain_text("We know no certificate with this code.")
    assert _faults(page) == []
    stranger.forgive("404")
    page.get_by_label("Code on the certificate").fill(code.lower().replace("-", ""))
    page.get_by_role("button", name="Check it").click()
    expect(page).to_have_url(f"{stranger.server.url}/certificate/{code}/")
    expect(page.locator("main")).to_contain_text("This certificate is valid.")
    expect(page.locator("main")).to_contain_text("Good hands, and careful with the looms.")
    assert _faults(page) == []
