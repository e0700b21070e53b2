"""Files that come with requests: what may be kept of them, and those of corrections.

The file is stored last, when everything else of the request is written and before it is committed:
a row without its file cannot be, and a file without its row is found by `orphans_delete`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from attendance.errors import (
    AttachmentDamaged,
    AttachmentNotKept,
    AttachmentTooLarge,
    AttachmentUnknown,
)
from attendance.models import CorrectionFile, CorrectionRequest
from attendance.services import pictures
from companies import audit
from companies.actor import Actor, job_actor
from companies.models import Company
from companies.scoping import company_scope
from companies.sweeps import companies
from integrations import documents
from integrations.documents import Document
from integrations.errors import Rejected, Unavailable

FOLDER: Final = "corrections"
# So long after the day somebody may still have to look: a year's audit, a dispute.
KEPT: Final = dt.timedelta(days=365)
# What is being written now gets its row in a moment.
UNNAMED_KEPT: Final = dt.timedelta(days=2)


@dataclass(frozen=True)
class NewFile:
    """A file that may be kept, and the key under which it will lie."""

    key: str
    document: Document


def read(data: bytes, *, now: dt.datetime, folder: str = FOLDER) -> NewFile:
    """Return the file as it will be kept.

    Raises:
        AttachmentTooLarge, AttachmentUnknown, AttachmentDamaged
    """
    try:
        document = documents.clean(data)
    except Rejected as error:
        if error.code == "document_too_large":
            raise AttachmentTooLarge(megabytes=documents.MOST_BYTES // 1024**2) from error
        known = AttachmentDamaged if error.code == "document_damaged" else AttachmentUnknown
        raise known from error
    return NewFile(pictures.new_key(folder, now), document)


def store(file: NewFile) -> None:
    """Store a file; the last thing of a transaction.

    Raises:
        AttachmentNotKept: the storage does not take it now; the transaction is to be undone.
    """
    try:
        pictures.put(file.key, file.document.data)
    except Unavailable as error:
        raise AttachmentNotKept from error


def keep(
    *, request: CorrectionRequest, file: NewFile, by: Actor, now: dt.datetime
) -> CorrectionFile:
    """Write the row of a correction's file, then the file itself.

    Raises:
        AttachmentNotKept
    """
    row: CorrectionFile = CorrectionFile.objects.create(
        company=request.company, request=request, storage_key=file.key,
        content_type=file.document.content_type, size=len(file.document.data),
        sha256=file.document.sha256, purge_on=request.until + KEPT, created_at=now,
    )  # fmt: skip
    audit.record(by=by, verb="correction_file_sent", subject=row)
    store(file)
    return row


# --- on their date --------------------------------------------------------------------------------
def files_purge(*, company: Company, now: dt.datetime) -> int:
    """Delete the files whose date has come, of the open company scope; return how many."""
    due = CorrectionFile.objects.filter(purged_at=None, purge_on__lte=now.date())
    done = 0
    for row in due.order_by("purge_on", "id"):
        # The file first: what the storage refuses to delete is tried again.
        if pictures.discard(row.storage_key):
            row.purged_at = now
            row.save(update_fields=["purged_at"])
            done += 1
    if done:
        audit.record(
            by=job_actor("correction_files", company), verb="correction_files_purged",
            subject=company, changes={"files": [done, 0]},
        )  # fmt: skip
    return done


def orphans_delete(*, now: dt.datetime) -> int:
    """Delete files that no row names; return how many."""
    return pictures.orphans_delete(FOLDER, until=(now - UNNAMED_KEPT).date(), named=_named)


def _named(start: str) -> set[str]:
    names: set[str] = set()
    for company in companies():
        with company_scope(company):
            rows = CorrectionFile.objects.filter(storage_key__startswith=start)
            names.update(rows.values_list("storage_key", flat=True))
    return names
