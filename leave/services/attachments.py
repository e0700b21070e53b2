"""Files that come with requests: taken in with them or not at all, and deleted on their date.

The file is stored last, when everything else of the request is written and before it is committed:
a row without its file cannot be, and a file without its row is found by `orphans_delete`.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from attendance.services import attachments as attached
from attendance.services import pictures
from attendance.services.attachments import NewFile
from companies import audit
from companies.actor import Actor, job_actor
from companies.models import Company, Employee
from companies.scoping import company_scope
from companies.sweeps import companies
from leave.models import LeaveAttachment, LeaveRequest

FOLDER: Final = "leave"
# So long after the leave somebody may still have to look: a year's audit, a dispute.
KEPT: Final = dt.timedelta(days=365)


def read(data: bytes, *, now: dt.datetime) -> NewFile:
    """Return the file as it will be kept.

    Raises:
        what `attendance.services.attachments.read` raises
    """
    return attached.read(data, now=now, folder=FOLDER)


def keep(*, request: LeaveRequest, file: NewFile, by: Actor, now: dt.datetime) -> LeaveAttachment:
    """Write the row of a file, then the file itself; the last thing of a transaction.

    Raises:
        AttachmentNotKept: the storage does not take it now; the transaction is to be undone.
    """
    row: LeaveAttachment = LeaveAttachment.objects.create(
        company=request.company, employee=request.employee, storage_key=file.key,
        content_type=file.document.content_type, size=len(file.document.data),
        sha256=file.document.sha256, purge_on=request.last_on + KEPT, created_at=now,
    )  # fmt: skip
    audit.record(by=by, verb="leave_file_sent", subject=row)
    attached.store(file)
    return row


def keep_longer(*, request: LeaveRequest) -> None:
    """Let a file that an earlier version of the request came with stay for this one."""
    until = request.last_on + KEPT
    rows = LeaveAttachment.objects.filter(storage_key=request.attachment_key, purged_at=None)
    rows.filter(purge_on__lt=until).update(purge_on=until)


def kept_of(employee: Employee, key: str) -> bool:
    """Return whether the person has a file of this key that is not deleted yet."""
    rows = LeaveAttachment.objects.filter(employee=employee, storage_key=key, purged_at=None)
    found: bool = rows.exists()
    return found


# --- on their date --------------------------------------------------------------------------------
def files_purge(*, company: Company, now: dt.datetime) -> int:
    """Delete the files whose date has come, of the open company scope; return how many."""
    due = LeaveAttachment.objects.filter(purged_at=None, purge_on__lte=now.date())
    done = 0
    for row in due.order_by("purge_on", "id"):
        # The file first: what the storage refuses to delete is tried again.
        if pictures.discard(row.storage_key):
            row.purged_at = now
            row.save(update_fields=["purged_at"])
            done += 1
    if done:
        audit.record(
            by=job_actor("leave_files", company), verb="leave_files_purged", subject=company,
            changes={"files": [done, 0]},
        )  # fmt: skip
    return done


def orphans_delete(*, now: dt.datetime) -> int:
    """Delete files that no row names; return how many."""
    return pictures.orphans_delete(FOLDER, until=(now - attached.UNNAMED_KEPT).date(), named=_named)


def _named(start: str) -> set[str]:
    names: set[str] = set()
    for company in companies():
        with company_scope(company):
            rows = LeaveAttachment.objects.filter(storage_key__startswith=start)
            names.update(rows.values_list("storage_key", flat=True))
    return names
