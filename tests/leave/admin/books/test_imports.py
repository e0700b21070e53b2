"""The page of a file: looked at line by line, then done; what travels between is sealed."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import load_workbook

from companies.models import Employee
from leave.models import LeaveType, LedgerEntry
from leave.services import sheets
from tests.leave.admin.books.conftest import Pages, hidden
from tests.leave.world import NOW, Leave

FILE = "leave/ledgerentry/file/"
HEAD = "employee,type,amount,from,until,reason\n"


def _sheet(lines: str, head: str = HEAD) -> SimpleUploadedFile:
    return SimpleUploadedFile("leave.csv", (head + lines).encode(), "text/csv")


def _looked(hr: Pages, lines: str, **more: Any) -> Any:
    body = {"kind": "grant", "reason": "Gift", "file": _sheet(lines), **more}
    return hr.post(FILE, **body)


def _seal(page: Any) -> dict[str, str]:
    return {name: hidden(page, name) for name in ("sealed", "fingerprint")}


def test_looked_at_then_done(leave: Leave, hr: Pages) -> None:
    hr.get(FILE)
    page = _looked(hr, "maya,AL,2,2026-03-01,,\nbikram,AL,,2026-03-01,,\n")
    assert "One line will be written · one person" in " ".join(page.content.decode().split())
    assert not LedgerEntry.objects.exists()
    assert hr.done(FILE, **_seal(page)) == "One line of the file is written."
    assert LedgerEntry.objects.get().reason == "Gift"
    again = _looked(hr, "maya,AL,2,2026-03-01,,\nbikram,AL,1,2026-03-01,,\n")
    assert "Already there" in again.content.decode()
    assert hr.done(FILE, **_seal(again)) == (
        "One line of the file is written. One was there already."
    )
    nothing = _looked(hr, "maya,AL,2,2026-03-01,,\n")
    assert "Nothing to do: all of it is there already" in nothing.content.decode()


def test_lines_that_cannot_be_done_are_shown_with_their_words(leave: Leave, hr: Pages) -> None:
    page = _looked(hr, "nobody,AL,2,2026-03-01,,\nmaya,AL,x,2026-03-01,,\n").content.decode()
    assert "2 lines cannot be done" in page
    assert "Nobody here has the code “nobody”." in page
    assert 'name="sealed"' not in page


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"file": ""}, "Choose a file."),
        ({"file": _sheet("", "")}, "The file is empty."),
        ({"kind": "x"}, "Select a valid choice."),
        (
            {"file": _sheet("x" * (sheets.MOST_BYTES + 1))},
            "The file is larger than 256 kB.",
        ),
    ],
)
def test_files_that_are_refused(
    leave: Leave, hr: Pages, body: dict[str, Any], expected: str
) -> None:
    assert expected in hr.said(FILE, **{"kind": "grant", "file": _sheet("a"), **body})


def test_what_was_touched_or_looked_at_too_long_ago_is_chosen_again(
    leave: Leave, hr: Pages
) -> None:
    sealed = _seal(_looked(hr, "maya,AL,2,2026-03-01,,\n"))
    again = "You looked at this file too long ago. Choose it once more."
    assert again in hr.said(FILE, **{**sealed, "sealed": sealed["sealed"] + "x"})
    with time_machine.travel(NOW + dt.timedelta(hours=2)):
        assert again in hr.said(FILE, **sealed)
    assert not LedgerEntry.objects.exists()


def test_another_persons_file_is_none_of_mine(leave: Leave, hr: Pages) -> None:
    sealed = _seal(_looked(hr, "maya,AL,2,2026-03-01,,\n"))
    from companies.enums import Role
    from companies.models import RoleGrant

    RoleGrant.objects.create(
        company=leave.world.company, user=leave.world.bikram.user, role=Role.HR,
        starts_on=dt.date(2026, 1, 1),
    )  # fmt: skip
    hr.client.force_login(leave.world.bikram.user)
    assert "Choose it once more." in hr.said(FILE, **sealed)


def test_books_that_changed_meanwhile_are_looked_at_again(leave: Leave, hr: Pages) -> None:
    sealed = _seal(_looked(hr, "maya,AL,2,2026-03-01,,\n"))
    leave.grant("1")
    page = hr.post(FILE, **sealed)
    assert "The books have changed since you looked." in page.content.decode()
    hr.done(FILE, **_seal(page))
    assert LedgerEntry.objects.count() == 2


def test_the_template_has_everybody_who_works_here(leave: Leave, hr: Pages) -> None:
    Employee.objects.filter(pk=leave.world.bikram.pk).update(left_on=dt.date(2026, 3, 1))
    Employee.objects.filter(pk=leave.maya.pk).update(name="=Maya")
    response = hr.client.get("/admin/leave/ledgerentry/template/?as=csv")
    assert response["Content-Disposition"] == 'attachment; filename="leave.csv"'
    assert response.content.decode("utf-8-sig").splitlines() == [
        "employee,name,type,amount,from,until,reason", "maya,'=Maya,,,,,", "hari,Hari,,,,,",
    ]  # fmt: skip


def test_the_template_is_a_workbook_with_the_types_beside(leave: Leave, hr: Pages) -> None:
    Employee.objects.filter(pk=leave.maya.pk).update(name="=Maya")
    leave.type("Old", "OL")
    LeaveType.objects.filter(code="OL").update(is_offered=False)
    response = hr.client.get("/admin/leave/ledgerentry/template/")
    assert response["Content-Disposition"] == 'attachment; filename="leave.xlsx"'
    book = load_workbook(BytesIO(response.content))
    assert book.get_sheet_by_index(0).to_python() == [
        ["employee", "name", "type", "amount", "from", "until", "reason"],
        ["maya", "=Maya", *[""] * 5], ["bikram", "Bikram", *[""] * 5], ["hari", "Hari", *[""] * 5],
    ]  # fmt: skip
    assert book.get_sheet_by_name("Leave types").to_python() == [["AL", "Annual"]]
