"""Bringing taps from the journal into the records: by its stream, after an outage, by hand.

What cannot be brought is parked where the operator sees it and never holds up the others. While
journal or records are away nothing is parked: the same is tried again later.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterable, Iterator

from django.db.models import F
from django.utils import timezone

from attendance.errors import StillParked
from attendance.models import ParkedTap, Punch, PunchEntry
from attendance.services import projection
from companies import audit
from companies.actor import Actor
from companies.scoping import no_scope
from integrations import journal, metrics
from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.journal.protocol import PUNCH, Journal, Listed, TapKey

log = logging.getLogger(__name__)

# Journal or records are away: later it is another matter.
PASSING = (*projection.RECORDS_AWAY, Unavailable, Misconfigured)


def tap_bring(*, key: TapKey, now: dt.datetime) -> bool:
    """Bring a tap as the journal has it now; return whether the records took it, else it is parked.

    Raises:
        one of `PASSING`: journal or records are away.
    """
    error = _error_of(key, now)
    who = f"{key.company}#{key.employee}"
    if error:
        tap_park(who=who, tap=key.tap_id, error=error, now=now)
    else:
        ParkedTap.objects.filter(who=who, tap=key.tap_id).delete()
    return not error


def _error_of(key: TapKey, now: dt.datetime) -> str:
    """Bring the tap and return what is wrong with it, "" for nothing."""
    try:
        projection.tap_project(items=_journal().tap(key), now=now)
    except PASSING:
        raise
    except projection.NobodyThere:
        return "nobody_there"
    except Rejected as error:
        return error.code
    except Exception as error:  # one that nobody foresaw must not hold up those behind it
        log.exception("a tap of the journal could not be brought into the records")
        return type(error).__name__
    return ""


def _journal() -> Journal:
    book = journal.journal()
    if book is None:
        raise Misconfigured("journal_off")
    return book


def tap_park(*, who: str, tap: str, error: str, now: dt.datetime) -> None:
    """Keep where the operator sees it what could not be brought; again counts one more try."""
    log.error("a tap of the journal is parked: %s", error)
    metrics.count("journal_parked")
    row, is_new = ParkedTap.objects.get_or_create(
        who=who[:100], tap=tap[:100], defaults={"error": error[:60], "parked_at": now}
    )
    if not is_new:
        again = ParkedTap.objects.filter(pk=row.pk)
        again.update(error=error[:60], tries=F("tries") + 1)


def tap_retry(*, parked: ParkedTap, by: Actor) -> None:
    """Try to bring a parked tap once more, for the operator; done, it is parked no more.

    Raises:
        StillParked: it cannot be brought, or journal or records are away.
    """
    company, _sign, employee = parked.who.partition("#")
    audit.record(by=by, verb="parked_tried_again", subject=parked)
    try:
        is_done = tap_bring(key=TapKey(company, employee, parked.tap), now=timezone.now())
    except (Unavailable, Misconfigured) as error:
        raise StillParked(error=error.code) from error
    if not is_done:
        parked.refresh_from_db()
        raise StillParked(error=parked.error)


def replay(*, since: dt.datetime, now: dt.datetime) -> int:
    """Bring whatever the journal was told from `since` on and the records lack; return how many.

    Raises:
        one of `PASSING`: journal or records are away; what was brought by then stays.
    """
    brought = 0
    # A clock that was ahead wrote under tomorrow.
    for page in _journal().since(since, now + dt.timedelta(days=1)):
        for key in _lacking(page):
            brought += tap_bring(key=key, now=now)
    return brought


def _lacking(page: Iterable[Listed]) -> Iterator[TapKey]:
    """Yield the taps of the list that the records lack, or lack something of; two statements."""
    listed = list(page)
    taps = [uuid.UUID(one.key.tap_id) for one in listed if one.item == PUNCH]
    keys = [one.item for one in listed if one.item != PUNCH]
    with no_scope("journal: what the records of any company lack"):
        punches = Punch.objects.filter(tap_id__in=taps)
        known = {
            TapKey(*map(str, row))
            for row in punches.values_list(
                "company__public_id", "employee__public_id", "tap_id"
            )
        }  # fmt: skip
        said = set(PunchEntry.objects.filter(key__in=keys).values_list("key", flat=True))
    lacking = (
        one.key for one in listed
        if (one.key not in known if one.item == PUNCH else one.item not in said)
    )  # fmt: skip
    yield from dict.fromkeys(lacking)
