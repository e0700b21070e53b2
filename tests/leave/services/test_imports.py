"""Grants, adjustments and opening balances by a file: shown, done at once, and safe to repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from companies.actor import Actor
from companies.errors import NotAllowed
from companies.models import AuditEvent, Employee
from leave.enums import SheetKind
from leave.errors import SheetChanged, SheetHasProblems
from leave.models import Allocation, LeaveYearClose, LedgerEntry
from leave.services import imports, settings
from tests.attendance.world import make_person
from tests.leave.world import NOW, Leave, d, n

HEAD = "employee,type,amount,from,until,reason\n"
Give = dict[str, Any]


def _said(leave: Leave, lines: str, kind: str, by: Actor | None = None, reason: str = "") -> Give:
    return {
        "company": leave.world.company, "kind": SheetKind(kind), "by": by or leave.hr,
        "content": (HEAD + lines).encode(), "reason": reason,
    }  # fmt: skip


def look(leave: Leave, lines: str, kind: str = "grant", **more: Any) -> imports.SheetLook:
    leave.world.company.refresh_from_db()
    return imports.sheet_look(**_said(leave, lines, kind, **more))


def do(leave: Leave, lines: str, kind: str = "grant", **more: Any) -> imports.SheetLook:
    shown = look(leave, lines, kind, **more)
    return imports.sheet_do(**_said(leave, lines, kind, **more), fingerprint=shown.fingerprint)


def problems(found: imports.SheetLook) -> list[tuple[int, str]]:
    return [(each.number, each.problem) for each in found.problems]


def test_each_line_is_shown_with_what_it_does(leave: Leave) -> None:
    leave.grant("10")
    shown = look(leave, "maya,AL,2,2026-03-01,,Gift\nMAYA,al,-1,2026-03-02,,x\n", "adjustment")
    assert [(each.number, each.employee, each.before, each.after) for each in shown.effects] == [
        (2, leave.maya, n("10"), n("12")), (3, leave.maya, n("12"), n("11")),
    ]  # fmt: skip
    assert LedgerEntry.objects.count() == 1


def test_grants_are_written_in_one_step_and_told_once(leave: Leave) -> None:
    done = do(
        leave, "maya,AL,2,2026-03-01,2026-12-31,\nbikram,AL,3,2026-03-01,,Own\n", reason="Gift"
    )
    assert (len(done.items), done.people, done.already) == (2, 2, 0)
    rows = LedgerEntry.objects.order_by("id").values_list(
        "employee__code", "kind", "amount", "reason", "by_name"
    )
    assert list(rows) == [
        ("maya", "grant", n("2"), "Gift", "Hari"), ("bikram", "grant", n("3"), "Own", "Hari"),
    ]  # fmt: skip
    assert Allocation.objects.get(employee=leave.maya).ends_on == d("12-31")
    event = AuditEvent.objects.get(verb="leave_sheet_imported")
    assert event.changes["lines"] == [0, 2]
    assert event.changes["sha256"] == [None, done.digest]


def test_the_same_file_again_changes_nothing(leave: Leave) -> None:
    leave.grant("10")
    for kind, lines in (
        ("grant", "maya,AL,2,2026-03-01,,Gift\n"),
        ("adjustment", "maya,AL,-2,2026-03-01,,Miscounted\n"),
        ("opening", "maya,AL,2,2026-01-01,,\n"),
    ):
        do(leave, lines, kind)
        count = LedgerEntry.objects.count()
        again = do(leave, lines, kind)
        assert (len(again.items), again.already) == (0, 1)
        assert LedgerEntry.objects.count() == count
    assert AuditEvent.objects.filter(verb="leave_sheet_imported").count() == 3
    # A line more, and the others moved down: only the new one is written.
    more = do(leave, "bikram,AL,1,2026-03-01,,Gift\nmaya,AL,2,2026-03-01,,gift\n")
    assert (len(more.items), more.already) == (1, 1)


def test_opening_balances_are_one_per_person_and_type(leave: Leave) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, negative_limit=n("5"))
    done = do(
        leave, "maya,AL,7.25,2026-01-01,2026-03-31,\nbikram,AL,-2,2026-01-01,,From before\n",
        "opening",
    )  # fmt: skip
    assert not done.problems
    assert leave.balance("03-31") == n("7.25")
    rows = LedgerEntry.objects.order_by("id").values_list("kind", "amount", "source", "reason")
    assert list(rows) == [
        ("grant", n("7.25"), "import:opening", "opening balance"),
        ("adjustment", n("-2"), "", "opening balance: From before"),
    ]
    other = look(leave, "maya,AL,8,2026-01-01,,\nmaya,AL,8,2026-02-01,,\n", "opening")
    assert problems(other) == [
        (2, "There is 7.25 from 1 January 2026 already. Adjust that instead."),
        (3, "Line 2 says this of the same person and type already."),
    ]


@pytest.mark.parametrize(
    ("line", "kind", "expected"),
    [
        ("nobody,AL,1,2026-03-01,,x", "grant", "Nobody here has the code “nobody”."),
        ("maya,XX,1,2026-03-01,,x", "grant", "No leave type has the code “XX”."),
        ("maya,UL,1,2026-03-01,,x", "grant", "Unpaid has no books of its own"),
        ("maya,CL,1,2026-03-01,,x", "grant", "Casual has no books of its own"),
        ("hari,AL,1,2026-03-01,,x", "grant", "This is about yourself."),
        ("maya,AL,1,2025-12-31,,x", "grant", "Maya does not work here on 31 December 2025."),
        ("maya,AL,1,2026-01-15,,x", "grant", "The leave year up to 2026-01-31 is closed."),
        ("maya,AL,1,2026-03-01,,", "grant", "Please give a reason."),
        ("maya,AL,13,2026-03-01,,x", "grant", "The leave year grants 12 at most"),
        ("maya,AL,1,2026-03-01,,x", "adjustment", "Nothing granted is valid on that date"),
        ("maya,AL,-1,2026-03-01,,x", "adjustment", "without cover, by 1."),
        ("maya,AL,-1,2026-03-01,,", "opening", "1 below what this kind of leave allows"),
        ("maya,AL,x,2026-03-01,,x", "grant", "“x” is no amount."),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    leave: Leave, line: str, kind: str, expected: str
) -> None:
    settings.type_version_set(leave_type=leave.annual, by=leave.hr, most_granted=n("12"))
    leave.type("Unpaid", "UL", needs_allocation=False)
    leave.type("Casual", "CL", draws_on=leave.annual)
    LeaveYearClose.objects.create(
        company=leave.world.company, leave_type=leave.annual, closed_to=d("01-31"), closed_at=NOW,
        closed_by=leave.world.hari.user,
    )  # fmt: skip
    lines = f"bikram,AL,2,2026-03-01,,Gift\n{line}\n"
    shown = look(leave, lines, kind)
    assert expected in dict(problems(shown))[3]
    with pytest.raises(SheetHasProblems):
        imports.sheet_do(**_said(leave, lines, kind), fingerprint=shown.fingerprint)
    assert not LedgerEntry.objects.exists()


def test_what_is_done_is_what_was_shown(leave: Leave) -> None:
    lines = "maya,AL,2,2026-03-01,,Gift\n"
    shown = look(leave, lines)
    leave.grant("1")
    with pytest.raises(SheetChanged):
        imports.sheet_do(**_said(leave, lines, "grant"), fingerprint=shown.fingerprint)
    assert LedgerEntry.objects.count() == 1


def test_only_hr_of_the_company_may(leave: Leave) -> None:
    lines = "maya,AL,2,2026-03-01,,Gift\n"
    calls: list[Callable[[], object]] = [
        lambda: look(leave, lines, by=leave.boss),
        lambda: imports.sheet_do(**_said(leave, lines, "grant", by=leave.boss), fingerprint=""),
    ]
    for call in calls:
        with pytest.raises(NotAllowed):
            call()


def test_statements_do_not_grow_with_lines(leave: Leave) -> None:
    world = leave.world

    def statements(lines: str) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as looking:
            shown = look(leave, lines)
        with CaptureQueriesContext(connection) as doing:
            imports.sheet_do(**_said(leave, lines, "grant"), fingerprint=shown.fingerprint)
        return len(looking), len(doing)

    statements("maya,AL,2,2026-03-01,,Gift\n")
    with_one = statements("maya,AL,2,2026-03-02,,Gift\n")
    for number in range(3):
        make_person(world.company, f"p{number}", world.office, world.day_shift)
    assert Employee.objects.count() == 6
    lines = "".join(f"p{number},AL,2,2026-03-0{1 + number},,Gift\n" for number in range(3))
    assert statements(lines) == with_one
    assert statements(lines)[0] == with_one[0]
