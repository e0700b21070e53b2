"""Where a person's face data lies, and how it is deleted everywhere, with a receipt.

`STORES` is the one list of tables that hold face data. A test compares it with the biometric and
picture classes of `docs/data_retention.yaml`, so that a new store cannot be forgotten.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from attendance import notifications, permissions
from attendance.enums import EnrolmentState, ErasureReason
from attendance.models import (
    ErasureReceipt,
    FaceDeletion,
    FaceEnrolment,
    FaceErasure,
    FaceTemplate,
    FaceUpload,
    FileDeletion,
    LivenessChallenge,
    PunchFrame,
    PunchState,
)
from attendance.services import days, kept_faces, pictures
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Employee

_LIVE = (EnrolmentState.CAPTURING, EnrolmentState.ACTIVE)
_ALWAYS = frozenset(ErasureReason)


@dataclass(frozen=True, kw_only=True)
class Store:
    """One table with face data: `person` leads from a row to its person, `columns` hold the data.

    `file` is the column that names a file in storage. Rows are deleted; of a store that is
    `emptied` the columns are set to `nothing` and the row stays. `goes` says for which reasons.
    """

    name: str
    model: type[Any]
    person: str
    columns: tuple[str, ...]
    file: str = ""
    is_emptied: bool = False
    nothing: str | None = None
    goes: frozenset[ErasureReason] = _ALWAYS

    def rows(self, employee: Employee) -> QuerySet[Any]:
        """Return the person's rows that hold something."""
        rows: QuerySet[Any] = self.model.objects.filter(**{self.person: employee})
        if self.is_emptied:
            rows = rows.exclude(**dict.fromkeys(self.columns, self.nothing))
        return rows


# What a human may still have to look at stays until its date when somebody leaves.
_NOT_WHEN_LEFT = _ALWAYS - {ErasureReason.LEFT}
STORES = (
    Store(
        name="templates", model=FaceTemplate, person="enrolment__employee",
        columns=("ciphertext", "external_id"),
    ),
    # What was sent and not looked at yet.
    Store(
        name="uploads", model=FaceUpload, person="enrolment__employee", columns=("storage_key",),
        file="storage_key",
    ),
    Store(
        name="references", model=FaceEnrolment, person="employee",
        columns=("reference_key", "reference_sha256"), file="reference_key",
        is_emptied=True, nothing="",
    ),
    Store(
        name="pictures", model=PunchFrame, person="punch__employee",
        columns=("storage_key", "sha256"), file="storage_key", goes=_NOT_WHEN_LEFT,
    ),
    Store(
        name="likenesses", model=PunchState, person="employee", columns=("similarity",),
        is_emptied=True, goes=_NOT_WHEN_LEFT,
    ),
    # Of a head turn that is being asked for this moment; its end empties it too.
    Store(
        name="poses", model=LivenessChallenge, person="employee",
        columns=("neutral_turn", "neutral_drop"), is_emptied=True,
    ),
)  # fmt: skip
# Rows that name what an erasure has not deleted yet.
_STILL_TO_GO = (FileDeletion, FaceDeletion)


def enrolment_end(*, enrolment: FaceEnrolment, by: Actor, now: dt.datetime) -> None:
    """Take an enrolment out of use and delete its templates and picture, with the person locked."""
    templates = FaceTemplate.objects.filter(enrolment=enrolment)
    kept_faces.faces_let_go(company=enrolment.company, kept=kept_faces.kept_by(templates))
    templates.delete()
    if enrolment.reference_key:
        transaction.on_commit(functools.partial(pictures.discard, enrolment.reference_key))
    enrolment.reference_key = enrolment.reference_sha256 = ""
    enrolment.state, enrolment.ended_at = EnrolmentState.ENDED, now
    enrolment.save(update_fields=["state", "ended_at", "reference_key", "reference_sha256"])
    audit.record(by=by, verb="face_enrolment_ended", subject=enrolment)


def face_data_erase(
    *, employee: Employee, reason: ErasureReason, by: Actor, now: dt.datetime, why: str = ""
) -> FaceErasure | None:
    """Delete a person's face data everywhere; None where there was none.

    Inside a transaction, with the person locked (`days.lock_person`). The rows go with it; the
    files, and faces that a hosted engine keeps, as soon as it is committed, or by the job
    `face_erasures` as long as the storage or the engine refuses.
    """
    # Every reason takes the templates along.
    kept = kept_faces.kept_by(FaceTemplate.objects.filter(enrolment__employee=employee))
    counts, keys = _delete_rows(employee, reason)
    for enrolment in FaceEnrolment.objects.filter(employee=employee, state__in=_LIVE):
        enrolment_end(enrolment=enrolment, by=by, now=now)
    if not counts:
        return None
    company = employee.company
    erasure: FaceErasure = FaceErasure.objects.create(
        company=company, employee=employee, reason=reason, counts=counts, asked_at=now,
        by_kind=by.kind, by_id=by.id, by_name=by.name,
    )  # fmt: skip
    FileDeletion.objects.bulk_create(
        FileDeletion(company=company, erasure=erasure, storage_key=key) for key in keys
    )
    kept_faces.faces_let_go(company=company, kept=kept, erasure=erasure)
    audit.record(
        by=by, verb="face_data_erased", subject=erasure, reason=why,
        changes={name: [count, 0] for name, count in counts.items()},
    )  # fmt: skip
    # Whatever goes wrong there is logged, and made up for by the job.
    transaction.on_commit(functools.partial(erasure_finish, erasure=erasure, now=now), robust=True)
    return erasure


def _delete_rows(employee: Employee, reason: ErasureReason) -> tuple[dict[str, int], list[str]]:
    counts, keys = {}, []
    for store in STORES:
        if reason not in store.goes:
            continue
        rows = store.rows(employee)
        if store.file:
            keys += [key for key in rows.values_list(store.file, flat=True) if key]
        if store.is_emptied:
            count = rows.update(**dict.fromkeys(store.columns, store.nothing))
        else:
            count, _by_model = rows.delete()
        if count:
            counts[store.name] = count
    return counts, keys


def erasure_finish(*, erasure: FaceErasure, now: dt.datetime) -> bool:
    """Delete the files and faces that an erasure still names; with the last, write the receipt.

    Again, or from two processes at once, writes one receipt. Return whether all is gone.
    """
    for file in FileDeletion.objects.filter(erasure=erasure):
        if pictures.discard(file.storage_key):
            file.delete()
    kept_faces.faces_forget(FaceDeletion.objects.filter(erasure=erasure))
    with transaction.atomic():
        days.lock_person(erasure.employee)
        if any(rows.objects.filter(erasure=erasure).exists() for rows in _STILL_TO_GO):
            return False
        receipt, is_new = ErasureReceipt.objects.get_or_create(
            erasure=erasure, defaults={"company": erasure.company, "finished_at": now}
        )
        if is_new:
            notifications.face_data_erased(receipt)
    return True


@transaction.atomic
def face_data_delete(
    *, employee: Employee, reason: str, by: Actor, now: dt.datetime
) -> FaceErasure | None:
    """Delete the face data of somebody who asks HR for it, or may no longer ask themselves.

    Raises:
        NotAllowed: the actor is not HR of the person's company.
        ReasonMissing: no reason was given.
    """
    if not permissions.can_delete_face_data(by, employee):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    locked = days.lock_person(employee)
    return face_data_erase(
        employee=locked, reason=ErasureReason.ASKED, by=by, now=now, why=reason.strip()
    )
