"""HR pays leave out: what may be paid, the sum, then the payment."""

from __future__ import annotations

import pytest

from leave.models import LedgerEntry
from leave.services import settings
from tests.leave.admin.books.conftest import Pages, hidden
from tests.leave.world import Leave, n


@pytest.fixture
def page(leave: Leave) -> str:
    settings.type_version_set(
        leave_type=leave.annual, by=leave.hr, encash_keep=n("4"), encash_most=n("5")
    )
    leave.grant("10")
    return f"companies/employee/{leave.maya.public_id}/pay-leave/"


def _body(leave: Leave, amount: str = "2", rate: str = "99.995") -> dict[str, str]:
    return {"leave_type": str(leave.annual.public_id), "amount": amount, "rate": rate}


def test_the_sum_is_shown_then_paid(leave: Leave, hr: Pages, page: str) -> None:
    leave.submit("03-04")
    assert "Annual 9 4 5 0 5" in hr.get(page)
    shown = hr.post(page, step="look", **_body(leave))
    assert "2 of Annual × 99.995 = <b>199.99</b>" in shown.content.decode()
    assert not LedgerEntry.objects.filter(kind="encashed").exists()
    seen = hidden(shown, "seen")
    # An amount that was changed since is looked at again.
    assert "Pay this out" in hr.said(page, step="do", seen=seen, **_body(leave, "3"))
    assert hr.done(page, step="do", seen=seen, **_body(leave)) == "199.99 is paid out."
    row = LedgerEntry.objects.get(kind="encashed")
    assert (row.amount, row.rate) == (n("-2"), n("99.995"))
    assert "Annual 7 4 5 2 3" in hr.get(page)


def test_what_may_not_be_paid(leave: Leave, hr: Pages, page: str) -> None:
    said = hr.said(page, step="look", **_body(leave, "6"))
    assert "At most 5 may be paid out now." in said
    assert "Pay this out" not in said
    seen = f"{leave.annual.public_id}:6:1"
    assert "At most 5" in hr.said(page, step="do", seen=seen, **_body(leave, "6", "1"))
    assert "Enter a number." in hr.said(page, step="look", **_body(leave, "all"))
    assert not LedgerEntry.objects.filter(kind="encashed").exists()


def test_a_company_that_pays_none(leave: Leave, hr: Pages) -> None:
    said = hr.get(f"companies/employee/{leave.maya.public_id}/pay-leave/")
    assert "No leave type is paid out." in said
