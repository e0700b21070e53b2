"""The faces of a company, in memory per process; keyed by a revision that triggers raise."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db.models import Q
from django.utils import timezone

from attendance.enums import EnrolmentState
from attendance.models import FaceTemplate
from companies.models import Company
from companies.models.people import earliest_today
from integrations.errors import Misconfigured
from integrations.faces import vault
from integrations.faces.protocol import FaceEngine, Roster

log = logging.getLogger(__name__)

_MOST_ROSTERS = 64
_Key = tuple[uuid.UUID, str, str]
_cache: dict[_Key, tuple[tuple[int, dt.date], Roster]] = {}


def face_roster(company: Company, engine: FaceEngine) -> Roster:
    """Return the roster of everybody who may be matched in the company today.

    `company` must be freshly loaded: its `faces_revision` decides whether the cache serves. One
    statement when it does not.

    Raises:
        Misconfigured: a key is missing or wrong.
    """
    key = (company.public_id, engine.name, engine.version)
    # Whoever may still check out on their last day, wherever that is, is compared.
    mark = (company.faces_revision, earliest_today(timezone.now()))
    known = _cache.get(key)
    if known is not None and known[0] == mark:
        return known[1]
    if len(_cache) >= _MOST_ROSTERS:
        _cache.clear()
    roster = engine.roster(_entries(company, engine, mark[1]).items())
    _cache[key] = (mark, roster)
    return roster


def _entries(company: Company, engine: FaceEngine, today: dt.date) -> dict[str, list[bytes]]:
    rows = (
        FaceTemplate.objects.filter(
            company=company,
            engine=engine.name,
            version=engine.version,
            enrolment__state=EnrolmentState.ACTIVE,
            enrolment__employee__is_active=True,
        )
        .filter(
            Q(enrolment__employee__left_on__isnull=True)
            | Q(enrolment__employee__left_on__gte=today)
        )
        .order_by("id")
        .values_list("enrolment__employee__public_id", "key_id", "ciphertext")
    )
    entries: dict[str, list[bytes]] = {}
    damaged: dict[str, Misconfigured] = {}
    for person, key_id, sealed in rows:
        try:
            template = vault.open_sealed(
                vault.Sealed(key_id, bytes(sealed)),
                person=str(person), engine=engine.name, version=engine.version,
            )  # fmt: skip
        except Misconfigured as error:
            if error.code != "face_template_unreadable":
                raise
            damaged[str(person)] = error
        else:
            entries.setdefault(str(person), []).append(template)
    return _without(entries, damaged)


def _without(
    entries: dict[str, list[bytes]], damaged: dict[str, Misconfigured]
) -> dict[str, list[bytes]]:
    """Leave out who has a damaged template: it must not keep the whole company waiting.

    Raises:
        Misconfigured: nobody's can be read, so it is the key that is wrong.
    """
    for person, error in damaged.items():
        log.error("the face of %s must be enrolled again: %s", person, error)
    kept = {person: found for person, found in entries.items() if person not in damaged}
    if damaged and not kept:
        raise next(iter(damaged.values()))
    return kept
