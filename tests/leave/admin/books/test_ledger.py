"""HR's ledger: every line with its running sum, what narrows it, and where a line belongs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.scoping import company_scope
from leave.enums import EntryKind
from leave.models import LedgerEntry
from tests.leave.admin.books.conftest import Pages
from tests.leave.world import Leave, d, make_leave, n

LIST = "leave/ledgerentry/"


def _page(entry: LedgerEntry) -> str:
    return f"{LIST}{entry.public_id}/change/"


def test_lines_have_what_they_add_up_to(leave: Leave, hr: Pages) -> None:
    leave.grant("10", "01-01")
    leave.grant("4", "02-01", employee=leave.world.bikram)
    leave.approve(leave.submit("03-04", "03-05"))
    page = hr.get(LIST)
    for words in (
        "Thu 1 Jan 2026 Granted +10 10 Yearly Hari",
        "Sun 1 Feb 2026 Granted +4 4 Yearly Hari",
        "Wed 4 Mar 2026 Taken −2 8 Wed 4 Mar 2026 – Thu 5 Mar 2026",
    ):
        assert words in page
    # The sum is of all lines, whatever narrows the list.
    assert "Taken −2 8" in hr.get(LIST, effective_on_from="2026-03-01")


def test_what_narrows_the_list(leave: Leave, hr: Pages) -> None:
    sick = leave.type("Sick", "SL")
    leave.grant("10", "01-01")
    leave.grant("4", "02-01", employee=leave.world.bikram)
    leave.grant("7", "03-01", leave_type=sick)
    request = leave.approve(leave.submit("03-04", "03-05"))

    def amounts(**asked: str) -> list[str]:
        page = hr.get(LIST, **asked)
        return [each for each in ("+10", "+4", "+7", "−2") if each in page]

    assert amounts() == ["+10", "+4", "+7", "−2"]
    assert amounts(person=str(leave.world.bikram.public_id)) == ["+4"]
    assert amounts(leave_type=str(sick.public_id)) == ["+7"]
    assert amounts(kind__exact=EntryKind.TAKEN) == ["−2"]
    assert amounts(effective_on_from="2026-02-01", effective_on_to="2026-03-01") == ["+4", "+7"]
    assert amounts(writer="job") == []
    assert amounts(writer="person") == ["+10", "+4", "+7", "−2"]
    assert amounts(request=str(request.public_id)) == ["−2"]
    assert amounts(request="x") == []
    assert amounts(q="Bikram") == ["+4"]


def test_statements_do_not_grow_with_lines(leave: Leave, hr: Pages) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            hr.get(LIST)
        return len(found)

    leave.grant("1")
    statements()
    with_one = statements()
    leave.grant("2", employee=leave.world.bikram)
    leave.approve(leave.submit("03-04"))
    assert statements() == with_one


def test_a_line_says_where_it_belongs(leave: Leave, hr: Pages) -> None:
    leave.grant("10", "01-01", "12-31")
    leave.approve(leave.submit("03-04", "03-05"))
    page = hr.get(_page(LedgerEntry.objects.get(kind=EntryKind.TAKEN)))
    for words in (
        "Person Maya maya", "Amount −2", "In force from Wed 4 Mar 2026", "Sum so far 8",
        "Allocation from 1 Jan 2026 to 31 Dec 2026", "Left in it 8",
        "Request Wed 4 Mar 2026 – Thu 5 Mar 2026", "Lines are never edited",
    ):  # fmt: skip
        assert words in page
    assert "Take back" not in page


def test_lines_without_an_allocation(leave: Leave, hr: Pages) -> None:
    owed = LedgerEntry.objects.create(
        company=leave.world.company, employee=leave.maya, leave_type=leave.annual,
        key="adjustment:1#0", kind=EntryKind.ADJUSTMENT, amount=n("-1"), reason="Owed",
        effective_on=d("03-01"), by_kind="job", by_name="leave_run",
    )  # fmt: skip
    page = hr.get(_page(owed))
    assert "Allocation None" in page
    assert "Scheduled run" in page
    ahead = LedgerEntry.objects.create(
        company=leave.world.company, employee=leave.maya, leave_type=leave.annual,
        key="adjustment:2#0", kind=EntryKind.ADJUSTMENT, amount=n("-1"), reason="Ahead",
        source="plan:x", effective_on=d("03-01"), by_kind="job",
    )  # fmt: skip
    assert "A credit that is still to come" in hr.get(_page(ahead))


def test_an_auditor_reads_and_does_nothing(leave: Leave, auditor: Pages) -> None:
    leave.grant("10")
    page = auditor.get(LIST)
    assert "+10" in page
    assert "By file" not in page
    auditor.get(_page(LedgerEntry.objects.get()))
    for deed in ("due", "file", "template"):
        auditor.get(f"{LIST}{deed}/", 403)
        assert auditor.post(f"{LIST}{deed}/").status_code == 403


def test_another_companys_lines_are_not_there(leave: Leave, hr: Pages) -> None:
    other = make_leave("teapot")
    with company_scope(other.world.company):
        other.grant("99")
        theirs = LedgerEntry.objects.get()
    assert "+99" not in hr.get(LIST)
    hr.get(_page(theirs), 302)
    hr.get(f"{LIST}{theirs.public_id}/take-back/", 302)


@pytest.mark.parametrize("who", ["maya", "bikram"])
def test_who_is_not_hr_is_refused(leave: Leave, who: str) -> None:
    client = Client()
    client.force_login(getattr(leave.world, who).user)
    Pages(client).get(LIST, 403)


def test_a_persons_page_leads_to_their_lines(leave: Leave, hr: Pages) -> None:
    page = hr.client.get(f"/admin/companies/employee/{leave.maya.public_id}/change/")
    address = f"/admin/leave/ledgerentry/?person={leave.maya.public_id}"
    assert f'href="{address}"' in page.content.decode()
