"""Files that candidates send: what may be kept of them, where they lie, and how they go.

The file is stored last, when everything else is written and before it is committed: a row without
its file cannot be, and a file without its row is found by `orphans_delete`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.db import transaction

from companies import audit, permissions
from companies.actor import Actor
from companies.career_errors import (
    SentFileDamaged,
    SentFileNotKept,
    SentFileTooLarge,
    SentFileUnknown,
)
from companies.errors import NotAllowed
from companies.models import Application, ApplicationFile
from companies.scoping import company_scope
from companies.sweeps import companies
from integrations import documents, storage
from integrations.errors import Rejected, Unavailable

FOLDER: Final = "careers"
MEGABYTES: Final = documents.MOST_BYTES // 1024**2
# What is being written now gets its row in a moment.
_UNNAMED_KEPT: Final = dt.timedelta(days=2)


@dataclass(frozen=True)
class NewFile:
    """A file that may be kept, and the key under which it will lie."""

    key: str
    document: documents.Document


def read(data: bytes, *, now: dt.datetime) -> NewFile:
    """Return a file as it will be kept; what it is, its own bytes say.

    Raises:
        SentFileTooLarge, SentFileUnknown, SentFileDamaged
    """
    try:
        document = documents.clean(data)
    except Rejected as error:
        if error.code == "document_too_large":
            raise SentFileTooLarge(megabytes=MEGABYTES) from error
        known = SentFileDamaged if error.code == "document_damaged" else SentFileUnknown
        raise known from error
    return NewFile(storage.new_key(FOLDER, now), document)


def row_of(application: Application, file: NewFile, now: dt.datetime) -> ApplicationFile:
    """Write and return the row of a file; `store` it once everything else is written."""
    made: ApplicationFile = ApplicationFile.objects.create(
        company=application.company, application=application, storage_key=file.key,
        content_type=file.document.content_type, size=len(file.document.data),
        sha256=file.document.sha256, created_at=now,
    )  # fmt: skip
    return made


def store(files: Iterable[NewFile]) -> None:
    """Store files; the last thing of a transaction.

    Raises:
        SentFileNotKept: the storage does not take one now; the transaction is to be undone.
    """
    try:
        for file in files:
            storage.put(file.key, file.document.data)
    except Unavailable as error:
        raise SentFileNotKept from error


def files_drop(application: Application) -> None:
    """Delete the files of an application: the rows now, the files once that is certain.

    What the storage refuses to delete is no longer named, and found by `orphans_delete`.
    """
    rows = ApplicationFile.objects.filter(application=application)
    for key in rows.values_list("storage_key", flat=True):
        transaction.on_commit(partial(storage.discard, key))
    rows.delete()


@transaction.atomic
def application_file_look(*, file: ApplicationFile, by: Actor) -> None:
    """Write down that HR takes a file of a candidate; before it is handed out.

    Raises:
        NotAllowed
    """
    if not permissions.can_see_application_file(by, file.application):
        raise NotAllowed
    changes = {"file": [None, file.sha256]}
    audit.record(by=by, verb="application_file_taken", subject=file.application, changes=changes)


def orphans_delete(*, now: dt.datetime) -> int:
    """Delete files that no row names; return how many."""
    # Read once for all days: a key of days ago gets no row any more.
    names = _named()
    until = (now - _UNNAMED_KEPT).date()
    return storage.orphans_delete(FOLDER, until=until, named=lambda _start: names)


def _named() -> set[str]:
    names: set[str] = set()
    for company in companies():
        with company_scope(company):
            names.update(ApplicationFile.objects.values_list("storage_key", flat=True))
    return names
