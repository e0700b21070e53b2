"""Faces that a hosted engine keeps: told to forget them, however often it must be told.

A face is named by its `FaceTemplate` while it is in use, then by a `FaceDeletion` until the service
has deleted it. Between the service's answer and the row a process may die: such a face is named
by nothing, and found by comparing what the service lists with the rows.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import logging
from collections.abc import Iterable, Sequence
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from attendance.enums import EnrolmentState
from attendance.models import FaceDeletion, FaceEnrolment, FaceErasure, FaceTemplate
from companies.models import Company
from integrations import faces
from integrations.errors import IntegrationError

log = logging.getLogger(__name__)

# What is being captured now gets its row in a moment.
UNNAMED_KEPT: Final = dt.timedelta(hours=1)
# An engine and the id it gave to a face.
Kept = tuple[str, str]


def enrolments_in_use() -> QuerySet[FaceEnrolment]:
    """Return the enrolments whose person agreed to what the chosen engine does with a picture.

    To a hosted engine only who enrolled with it has agreed: nobody else's picture is sent.
    """
    live: QuerySet[FaceEnrolment] = FaceEnrolment.objects.filter(state=EnrolmentState.ACTIVE)
    return live.filter(templates__engine=faces.name()) if faces.is_hosted() else live


def kept_by(templates: QuerySet[FaceTemplate]) -> list[Kept]:
    """Return the faces of these templates that an engine keeps elsewhere."""
    hosted = templates.exclude(external_id="")
    return list(hosted.values_list("engine", "external_id"))


def faces_let_go(
    *, company: Company, kept: Sequence[Kept], erasure: FaceErasure | None = None
) -> None:
    """Note faces to be deleted where they are kept; inside the transaction that unnames them.

    Those of no erasure are deleted once it is committed, or by the job `face_erasures`.
    """
    if not kept:
        return
    rows = FaceDeletion.objects.bulk_create(
        FaceDeletion(company=company, erasure=erasure, engine=engine, external_id=external_id)
        for engine, external_id in kept
    )
    if erasure is None:
        # Whatever goes wrong there is logged, and made up for by the job.
        transaction.on_commit(functools.partial(faces_forget, rows), robust=True)


def faces_forget(rows: Iterable[FaceDeletion]) -> int:
    """Have the faces of these rows deleted, and the rows with them; return how many are gone.

    An engine that is away keeps its rows, and does not hold up another's.
    """
    gone = 0
    by_engine = sorted(rows, key=lambda row: row.engine)
    for engine, group in itertools.groupby(by_engine, key=lambda row: row.engine):
        some = list(group)
        try:
            faces.forget(engine, [row.external_id for row in some])
        except IntegrationError as error:
            log.error("%s faces could not be deleted at %s: %s", len(some), engine, error)
            continue
        FaceDeletion.objects.filter(pk__in=[row.pk for row in some]).delete()
        gone += len(some)
    return gone


def unnamed_faces_forget(*, company: Company, now: dt.datetime) -> int:
    """Have faces deleted that the engine keeps and no row names; return how many.

    Raises:
        Unavailable, Misconfigured: the engine cannot say what it keeps.
    """
    if not faces.is_hosted() or faces.available() is not None:
        return 0
    engine = faces.engine()
    # The faces first: one that is being captured meanwhile is younger, or named by then.
    listed = engine.kept(str(company.public_id))
    old = {face.external_id for face in listed if _is_old(face.since, now)}
    unnamed = sorted(old - _named(company))
    if unnamed:
        log.warning("%s faces that no row names are deleted at %s", len(unnamed), engine.name)
    faces_let_go(company=company, kept=[(engine.name, external_id) for external_id in unnamed])
    return len(unnamed)


def _is_old(since: dt.datetime | None, now: dt.datetime) -> bool:
    return since is None or since <= now - UNNAMED_KEPT


def _named(company: Company) -> set[str]:
    names: set[str] = set()
    for model in (FaceTemplate, FaceDeletion):
        rows = model.objects.filter(company=company)
        names.update(rows.values_list("external_id", flat=True))
    return names
