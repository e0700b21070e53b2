"""One's own data as one file: `export.json`, a CSV a table, pictures, and what is what.

Everything goes through temporary files piece by piece, so that years of it cost no memory.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO, Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.http import FileResponse
from django.utils.translation import gettext as _

from attendance.selectors import own_data
from companies.selectors import OWN_CHUNK
from integrations.tables.injection import harmless
from leave.selectors import own_data as leave_own_data
from portal import (
    own_tables,
    own_tables_internships,
    own_tables_leave,
    own_tables_overtime,
    own_tables_sign_in,
)
from portal.own_cells import SCHEMA, Cells, Table, Whose
from portal.own_tables import correction_file_name, picture_name, reference_name
from portal.own_tables_leave import attachment_name

TABLES = (
    *own_tables.TABLES,
    *own_tables_leave.TABLES,
    *own_tables_overtime.TABLES,
    *own_tables_internships.TABLES,
    *own_tables_sign_in.TABLES,
)

_IN_MEMORY = 1_000_000


def download(whose: Whose, *, now: dt.datetime) -> FileResponse:
    """Answer with everything that is about the person, as a file that no browser keeps."""
    response = FileResponse(
        write_export(whose),
        as_attachment=True,
        filename=f"muster-{whose.company.code}-{now:%Y-%m-%d}.zip",
    )
    response["Cache-Control"] = "private, no-store"
    return response


def write_export(whose: Whose) -> IO[bytes]:
    """Return the open zip of everything that is about the person, ready to be read."""
    with ExitStack() as on_failure:
        file = on_failure.enter_context(SpooledTemporaryFile(max_size=_IN_MEMORY))
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", readme(whose))
            _write_tables(archive, whose)
            for name, key in _files(whose):
                _write_file(archive, name, key)
        file.seek(0)
        # From here on whoever reads it closes it.
        on_failure.pop_all()
    return file


def readme(whose: Whose) -> str:
    """Return what each file holds, in the reader's language."""
    lines = [
        _("What %(company)s keeps of %(name)s in Muster.")
        % {"company": whose.company.name, "name": whose.user.name},
        "",
        _("export.json holds everything; each .csv holds one of its tables, for spreadsheets."),
        _("A time stands there twice: in UTC, and (_local) as the clocks of its place showed it."),
        _("In .csv a text that a spreadsheet would take for a formula begins with an apostrophe."),
        _("Other people are not named."),
        "",
        *(f"{table.name}.csv: {table.says}" for table in TABLES),
        _("pictures/: the pictures of your check-ins that are still kept; the reference picture."),
        _("correction_files/: files that you sent with corrections and that are still kept."),
        _("leave_files/: files that you sent with requests for leave and that are still kept."),
    ]
    return "\r\n".join(lines) + "\r\n"


def _write_tables(archive: zipfile.ZipFile, whose: Whose) -> None:
    """Write every table as CSV and, beside it in one pass, all of them as one JSON."""
    with TemporaryFile("w+", encoding="utf-8") as whole:
        head = {"schema": SCHEMA, "company": whose.company.name, "zone": whose.zone}
        whole.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "tables": {')
        for number, table in enumerate(TABLES):
            whole.write(("," if number else "") + f'\n"{table.name}": [')
            _write_table(archive, table, whose, whole)
            whole.write("]")
        whole.write("}}\n")
        whole.seek(0)
        with archive.open("export.json", "w", force_zip64=True) as entry:
            for piece in iter(lambda: whole.read(1 << 16), ""):
                entry.write(piece.encode())


def _write_table(archive: zipfile.ZipFile, table: Table, whose: Whose, whole: IO[str]) -> None:
    with archive.open(f"{table.name}.csv", "w", force_zip64=True) as entry:
        # The mark at the beginning tells spreadsheets that it is UTF-8.
        text = io.TextIOWrapper(entry, encoding="utf-8-sig", newline="")
        # Quoted, so that no other separator of a spreadsheet cuts a text into cells.
        sheet = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
        sheet.writerow(table.columns)
        for number, line in enumerate(table.lines(whose)):
            sheet.writerow([csv_cell(value) for value in line.values()])
            whole.write(",\n" if number else "\n")
            whole.write(_json(line))
        text.flush()
        text.detach()


def _json(value: Cells | list[Any] | dict[str, Any]) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def csv_cell(value: Any) -> str | int:
    """Return a cell that every spreadsheet takes for a number or a text, never for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return value
    return harmless(_text(value))


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return " ".join(value)
    return _json(value) if isinstance(value, list | dict) else str(value)


def _files(whose: Whose) -> Iterator[tuple[str, str]]:
    yield from _pictures(whose)
    yield from _correction_files(whose)
    for row in leave_own_data.attachments(whose.user, whose.company):
        name = attachment_name(row)
        if name:
            yield name, row.storage_key


def _correction_files(whose: Whose) -> Iterator[tuple[str, str]]:
    for request in own_data.corrections(whose.user, whose.company).filter(file__isnull=False):
        name = correction_file_name(request.file)
        if name:
            yield name, request.file.storage_key


def _pictures(whose: Whose) -> Iterator[tuple[str, str]]:
    for frame in own_data.frames(whose.user, whose.company).iterator(chunk_size=OWN_CHUNK):
        name = picture_name(frame)
        if name:
            yield name, frame.storage_key
    for enrolment in own_data.enrolments(whose.user, whose.company):
        name = reference_name(enrolment)
        if name:
            yield name, enrolment.reference_key


def _write_file(archive: zipfile.ZipFile, name: str, key: str) -> None:
    """Write one file; one that went on its date this moment is left out."""
    try:
        stored = default_storage.open(key)
    except OSError:
        return
    with stored, archive.open(name, "w", force_zip64=True) as entry:
        shutil.copyfileobj(stored, entry)
