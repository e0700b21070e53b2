"""A person's download of what is kept of them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from companies import audit, throttle
from companies.actor import Actor
from companies.errors import NotAllowed, TooMany

OWN_DATA_AN_HOUR = 6
# Taps this close together are one wish for the file.
_ONE_TAP_SECONDS = 10


@transaction.atomic
def own_data_export(*, by: Actor, now: dt.datetime) -> None:
    """Note that the actor downloads what their company keeps of them; a double tap notes it once.

    Raises:
        NotAllowed: by whom no company knows, or who signed in by a PIN.
        TooMany: asked for more often than a person needs it.
    """
    if by.user is None or by.company is None or by.is_limited:
        raise NotAllowed
    who = f"{by.company.public_id}:{by.user.public_id}"
    if not throttle.hit(f"own-data:{who}", limit=OWN_DATA_AN_HOUR, seconds=3600, now=now):
        raise TooMany
    if throttle.hit(f"own-data-tap:{who}", limit=1, seconds=_ONE_TAP_SECONDS, now=now):
        audit.record(by=by, verb="own_data_exported", subject=by.user, company=by.company)
