"""Grants, adjustments and opening balances by a file: each line's effect shown, then done at once.

Every line has a natural key, so that the same file again changes nothing. What is shown and what is
done come from the same function; the fingerprint holds them together.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance.services.days import lock_people
from companies import audit
from companies.actor import Actor
from companies.errors import MusterError, NotAllowed, OwnRecord, ReasonMissing
from companies.models import Company, Employee
from leave import permissions, wording
from leave.enums import EntryKind, SheetKind
from leave.errors import SheetChanged, SheetHasProblems, YearClosed
from leave.models import LeaveType, LedgerEntry
from leave.rules.amounts import ZERO
from leave.rules.books import Allocation, Entry
from leave.rules.running import Line, with_lines
from leave.selectors.books import Loaded, Whose, load_books
from leave.selectors.ledger import types_with_books
from leave.selectors.scenes import last_closed
from leave.services import sheets
from leave.services.books import (
    Written,
    lines_write,
    refuse_over_most,
    refuse_uncovered,
    spread,
    without_reserved,
)
from leave.services.sheets import Row
from leave.terms import LeaveSettings, TypeOn, leave_settings

# What an opening balance says for itself.
OPENING = "opening balance"


@dataclass
class Effect:
    """What one line does: to whom, and the balance on its date before and after.

    `problem` says why it cannot be done; `is_there` that it was done before.
    """

    row: Row | None
    number: int
    employee: Employee | None = None
    leave_type: LeaveType | None = None
    before: Decimal = ZERO
    after: Decimal = ZERO
    is_there: bool = False
    problem: str = ""


@dataclass
class SheetLook:
    """What a file does, line by line; `fingerprint` names all of it."""

    kind: SheetKind
    digest: str
    reason: str
    effects: list[Effect] = field(default_factory=list)
    items: list[Written] = field(default_factory=list)

    @property
    def problems(self) -> list[Effect]:
        return [each for each in self.effects if each.problem]

    @property
    def already(self) -> int:
        return sum(each.is_there for each in self.effects)

    @property
    def people(self) -> int:
        return len({item.employee.pk for item in self.items})

    @property
    def fingerprint(self) -> str:
        said: list[tuple[object, ...]] = [(self.kind.value, self.digest, self.reason)]
        said += [
            (
                each.number, each.employee and each.employee.pk,
                each.leave_type and each.leave_type.pk, each.before, each.after, each.is_there,
                each.problem,
            )
            for each in self.effects
        ]  # fmt: skip
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def sheet_look(
    *, company: Company, kind: SheetKind, content: bytes, reason: str, by: Actor
) -> SheetLook:
    """Return what a file would do; nothing is written. Statements do not grow with its lines.

    `reason` stands for lines that give none.

    Raises:
        NotAllowed, SheetUnfit
    """
    if not permissions.can_manage_leave(by) or by.company != company:
        raise NotAllowed
    read = sheets.read(content, kind)
    people = _people(read.rows)
    return _Reader(company, kind, content, reason, by, people).look(read)


def _people(rows: Iterable[Row]) -> dict[str, Employee]:
    """Return the people whom the lines name, by their codes in small letters."""
    wanted = {row.employee.lower() for row in rows}
    known = {code.lower(): pk for pk, code in Employee.objects.values_list("pk", "code")}
    keys = [known[code] for code in wanted if code in known]
    found = Employee.objects.filter(pk__in=keys).select_related("company")
    return {employee.code.lower(): employee for employee in found}


@transaction.atomic
def sheet_do(
    *,
    company: Company,
    kind: SheetKind,
    content: bytes,
    reason: str,
    fingerprint: str,
    by: Actor,
) -> SheetLook:
    """Write what a file says, all of it or nothing; as it was looked at, or not at all.

    Raises:
        NotAllowed, SheetUnfit, SheetHasProblems, SheetChanged
    """
    if not permissions.can_manage_leave(by) or by.company != company:
        raise NotAllowed
    read = sheets.read(content, kind)
    keys = [employee.pk for employee in _people(read.rows).values()]
    locked = lock_people(Employee.objects.filter(pk__in=keys))
    people = {employee.code.lower(): employee for employee in locked}
    fresh = Company.objects.get(pk=company.pk)
    found = _Reader(fresh, kind, content, reason, by, people).look(read)
    if found.problems:
        raise SheetHasProblems
    if found.fingerprint != fingerprint:
        raise SheetChanged
    lines_write(company=fresh, items=found.items, by=by)
    if found.items:
        audit.record(
            by=by, verb="leave_sheet_imported", subject=fresh, reason=reason,
            changes={
                "what": [None, kind.value],
                "lines": [0, len(found.items)],
                "people": [0, found.people],
                "already_there": [None, found.already],
                "sha256": [None, found.digest],
            },
        )  # fmt: skip
    return found


class _Reader:
    """Holds every line against the books as the lines before it leave them."""

    def __init__(
        self, company: Company, kind: SheetKind, content: bytes, reason: str, by: Actor,
        people: dict[str, Employee],
    ) -> None:  # fmt: skip
        self.kind, self.by, self.people = kind, by, people
        self.settings: LeaveSettings = leave_settings(company)
        self.types = {row.code: row for row in self.settings.types.values()}
        self.with_books = {row.pk for row in types_with_books(company, dt.date.max)}
        self.closed = last_closed()
        self.books = load_books([employee.pk for employee in people.values()])
        self.standing = _standing(people.values())
        self.own = _own(by, people.values())
        self.seen: dict[tuple[Whose, str], int] = {}
        self.found = SheetLook(kind, hashlib.sha256(content).hexdigest(), reason.strip())

    def look(self, read: sheets.Read) -> SheetLook:
        effects = [Effect(None, number, problem=said) for number, said in read.problems.items()]
        effects += [self._effect(row) for row in read.rows]
        self.found.effects = sorted(effects, key=lambda each: each.number)
        return self.found

    def _effect(self, row: Row) -> Effect:
        effect = Effect(row, row.number)
        try:
            self._hold(row, effect)
        except MusterError as error:
            effect.problem = str(error)
        except ValueError as error:
            effect.problem = str(error)
        return effect

    def _hold(self, row: Row, effect: Effect) -> None:
        employee, leave_type = self._whose(row)
        effect.employee, effect.leave_type = employee, leave_type
        whose = (employee.pk, leave_type.pk)
        loaded = self.books.setdefault(whose, Loaded())
        effect.before = effect.after = loaded.books.balance_on(row.starts_on)
        key = self._key(row)
        self._refuse_twice(whose, key, row)
        if key in loaded.known:
            self._refuse_other(whose, key, row)
            effect.is_there = True
            return
        line = self._line(row, key, employee, leave_type, loaded)
        loaded.books = with_lines(loaded.books, [line])
        effect.after = loaded.books.balance_on(row.starts_on)
        self.found.items.append(Written(employee, leave_type.pk, line))

    def _whose(self, row: Row) -> tuple[Employee, LeaveType]:
        employee = self.people.get(row.employee.lower())
        if employee is None:
            raise ValueError(
                _("Nobody here has the code “%(code)s”.") % {"code": row.employee[:40]}
            )
        if employee.pk in self.own:
            raise OwnRecord
        leave_type = self.types.get(row.type)
        if leave_type is None:
            raise ValueError(_("No leave type has the code “%(code)s”.") % {"code": row.type[:40]})
        if leave_type.pk not in self.with_books:
            raise ValueError(
                _("%(name)s has no books of its own: nothing is granted of it.")
                % {"name": leave_type.name}
            )
        self._refuse_dates(row, employee)
        return employee, leave_type

    def _refuse_dates(self, row: Row, employee: Employee) -> None:
        first, last = employee.joined_on, employee.left_on or dt.date.max
        if not first <= row.starts_on <= last:
            raise ValueError(
                _("%(name)s does not work here on %(date)s.")
                % {"name": employee.name, "date": date_format(row.starts_on, "j F Y")}
            )

    def _key(self, row: Row) -> str:
        if self.kind == SheetKind.OPENING:
            return "import:opening"
        reason = hashlib.sha256(self._reason(row).lower().encode()).hexdigest()[:12]
        until = row.ends_on.isoformat() if row.ends_on else ""
        return f"import:{self.kind}:{row.starts_on.isoformat()}:{until}:{reason}"

    def _reason(self, row: Row) -> str:
        said = row.reason or self.found.reason
        if self.kind == SheetKind.OPENING:
            return f"{OPENING}: {said}" if said else OPENING
        if not said:
            raise ReasonMissing
        return said

    def _refuse_twice(self, whose: Whose, key: str, row: Row) -> None:
        first = self.seen.setdefault((whose, key), row.number)
        if first != row.number:
            raise ValueError(_("Line %(line)s says this of the same person and type already.")
                             % {"line": first})  # fmt: skip

    def _refuse_other(self, whose: Whose, key: str, row: Row) -> None:
        """Refuse another amount or date under the key of what stands; the books are not edited."""
        total, date = self.standing[whose, key]
        if total != row.amount or date != row.starts_on:
            raise ValueError(
                _("There is %(amount)s from %(date)s already. Adjust that instead.")
                % {"amount": wording.amount(total), "date": date_format(date, "j F Y")}
            )

    def _line(
        self, row: Row, key: str, employee: Employee, leave_type: LeaveType, loaded: Loaded
    ) -> Line:
        until = self.closed.get(leave_type.pk)
        if until is not None and row.starts_on <= until:
            raise YearClosed(date=until.isoformat())
        rules = self.settings.type_on(leave_type.pk, row.starts_on)
        assert rules is not None  # noqa: S101  # it has books
        refuse_over_most(loaded, rules, row.starts_on, row.amount)
        if row.amount > ZERO and self.kind != SheetKind.ADJUSTMENT:
            return self._grant(row, key, loaded)
        return Line(key, row.starts_on, tuple(self._adjusted(row, rules, loaded)))

    def _grant(self, row: Row, key: str, loaded: Loaded) -> Line:
        entry = Entry(
            kind=EntryKind.GRANT, amount=row.amount, effective_on=row.starts_on, source=key,
            reason=self._reason(row),
        )  # fmt: skip
        opened = Allocation(
            key=key, starts_on=row.starts_on, ends_on=row.ends_on,
            order=len(loaded.books.allocations),
        )  # fmt: skip
        return Line(key, row.starts_on, (entry,), opened)

    def _adjusted(self, row: Row, rules: TypeOn, loaded: Loaded) -> Sequence[Entry]:
        reason = self._reason(row)
        if self.kind == SheetKind.OPENING:
            # A debt that somebody brings along is theirs alone: it takes from nothing granted here.
            entries = [Entry(kind=EntryKind.ADJUSTMENT, amount=row.amount,
                             effective_on=row.starts_on, reason=reason)]  # fmt: skip
        else:
            books = without_reserved(loaded)
            entries = spread(books, rules, row.amount, row.starts_on, reason)
        refuse_uncovered(loaded.books, rules, entries)
        return entries


def _standing(people: Iterable[Employee]) -> dict[tuple[Whose, str], tuple[Decimal, dt.date]]:
    """Return what earlier files wrote, by books and natural key: the sum, and from when on."""
    rows = LedgerEntry.objects.filter(
        employee__in=[each.pk for each in people], key__startswith="import:"
    )
    found: dict[tuple[Whose, str], tuple[Decimal, dt.date]] = {}
    for row in rows:
        name = ((row.employee_id, row.leave_type_id), row.key.rpartition("#")[0])
        total, _date = found.get(name, (ZERO, row.effective_on))
        found[name] = (total + row.amount, row.effective_on)
    return found


def _own(by: Actor, people: Iterable[Employee]) -> set[int]:
    """Return whose books the actor may not write; one question, of the own engagements only."""
    own = [each for each in people if by.user is not None and each.user_id == by.user.pk]
    return {each.pk for each in own if not permissions.can_manage_books(by, each)}
