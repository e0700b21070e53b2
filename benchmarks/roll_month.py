"""The muster roll of a month as XLSX, beside the same cells written straight by the library.

Days are copied within the database: made one by one they would take longer than all that is
measured. Processor time is what counts: other work on the machine makes the clock say anything.
"""

from __future__ import annotations

import datetime as dt
import resource
import tempfile
from pathlib import Path

from django.db import connection
from django.test.utils import setup_databases, teardown_databases
from xlsxwriter import Workbook

from attendance.models import AttendanceDay
from benchmarks.meter import cost
from companies.models import Employee, Placement
from companies.reports import Asked, Filters
from companies.scoping import company_scope
from integrations.tables import FORMATS, LineKind, value_of
from portal.reports import asked_of, reports
from portal.retention import retention
from tests.attendance.world import World, at, make_world

FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
_COLUMNS = (
    "company_id, date, slot, status, code, is_open, shift_name, zone, worked_minutes, "
    "break_minutes, late_minutes, early_minutes, exceptions, steps, input, calendar_revision, "
    "judged_at"
)


def _people(world: World, count: int) -> None:
    """Make so many people with 23 recorded days each, of five kinds."""
    made = Employee.objects.bulk_create(
        [
            Employee(company=world.company, code=f"p{n}", name=f"Person {n:05}", joined_on=FIRST)
            for n in range(count)
        ],
        batch_size=500,
    )
    Placement.objects.bulk_create(
        [
            Placement(
                company=world.company, employee=person, starts_on=FIRST, office=world.office,
                default_shift=world.day_shift,
            )
            for person in made
        ],
        batch_size=500,
    )  # fmt: skip
    kinds = [("P", "P", []), ("P", "P", []), ("A", "A", []), ("HD", "½CL·½P", []),
             ("INC", "INC", ["missing_out"])]  # fmt: skip
    for day in range(1, 32):
        date = dt.date(2026, 3, day)
        if date.weekday() in (5, 6):
            continue
        status, code, flags = kinds[day % 5]
        AttendanceDay.objects.create(
            company=world.company, employee=made[0], date=date, status=status, code=code,
            is_open=False, shift_name="Day", zone="Asia/Kathmandu", worked_minutes=470,
            late_minutes=5 * (day % 3), exceptions=flags, judged_at=at("2026-04-01 09:00"),
            steps=[["worked", {"minutes": 470}]] * 6, input={"schema": 1, "punches": ["x" * 900]},
        )  # fmt: skip
    table, people = AttendanceDay._meta.db_table, Employee._meta.db_table
    # Every row has an id of its own; nobody asks for them here.
    copied = ", ".join(f"d.{name.strip()}" for name in _COLUMNS.split(","))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (employee_id, public_id, {_COLUMNS}) "
            f"SELECT p.id, lower(hex(randomblob(16))), {copied} FROM {table} d, {people} p "
            "WHERE d.employee_id = %s AND p.id > %s AND p.code LIKE 'p%%'",
            [made[0].pk, made[0].pk],
        )


def _straight(lines: list[list[object]], columns: int, path: Path) -> None:
    """Write the cells with the library alone, in the styles that they have."""
    with Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        styles = [book.add_format({"border": 1, "bg_color": f"#ddee{n}0"}) for n in range(8)]
        for row, cells in enumerate(lines):
            for column in range(columns):
                value = cells[column]
                style = styles[column % 8]
                if isinstance(value, str) and value:
                    sheet.write_string(row, column, value, style)
                elif value is None or value == "":
                    sheet.write_blank(row, column, None, style)
                else:
                    sheet.write_number(row, column, float(value), style)  # type: ignore[arg-type]


def main(count: int) -> None:
    """Make the people, write the month both ways, and print what each took."""
    kept = setup_databases(verbosity=0, interactive=False)
    report = reports()["muster-roll"]
    with tempfile.TemporaryDirectory() as folder:
        world = make_world()
        now = at("2026-04-02 09:00")
        with company_scope(world.company):
            _people(world, count)
            retention()  # SQLite counts its rows in it, as it does each day
            world.company.refresh_from_db()
            hr = world.hr

            def asked() -> Asked:
                return asked_of(hr, world.company, Filters(first=FIRST, last=LAST), now=now)

            before = _peak()
            with (Path(folder) / "roll.xlsx").open("w+b") as file:
                ours = cost(lambda: FORMATS["xlsx"].write(report.table(asked()), file))
            peak = _peak()
            reading = cost(lambda: sum(1 for _line in report.table(asked()).lines()))
            table = report.table(asked())
            lines = [
                [value_of(cell) for cell in line.cells]
                for line in table.lines()
                if line.kind == LineKind.ROW
            ]
            straight = cost(_straight, lines, len(table.columns), Path(folder) / "straight.xlsx")
            print(f"{count} people × {len(table.columns)} columns")
            print(f"library alone: {straight.cpu:.0f} ms CPU, {straight.wall:.0f} ms")
            print(f"roll as XLSX:  {ours.cpu:.0f} ms CPU, {ours.wall:.0f} ms")
            print(f"  of it reading and counting: {reading.cpu:.0f} ms CPU")
            print(f"CPU, roll : library {ours.cpu / straight.cpu:.2f}")
            print(f"peak memory {peak:.0f} MiB (before writing {before:.0f})")
    teardown_databases(kept, verbosity=0)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
