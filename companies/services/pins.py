"""PINs: chosen by the person, tried under a limit, taken away by HR."""

from __future__ import annotations

import datetime as dt
import re

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from companies import audit, permissions, throttle
from companies.actor import Actor
from companies.errors import NotAllowed, PinMissing, PinUnfit, TooManyTries
from companies.models import Employee, Pin
from companies.services.sessions import forget_sessions

WRONG_PINS = 5
WINDOW_SECONDS = 15 * 60
_SIX_DIGITS = re.compile(r"[0-9]{6}\Z")
_RUNS = "01234567890 09876543210"


def is_pin(text: str) -> bool:
    """Return whether this has the form of a PIN; no password is as short."""
    return _SIX_DIGITS.match(text) is not None


def _is_fit(pin: str, code: str) -> bool:
    if not is_pin(pin) or len(set(pin)) == 1 or pin in _RUNS:
        return False
    own = "".join(re.findall(r"[0-9]", code)).lstrip("0")
    return pin.lstrip("0") != own


def pin_set(*, employee: Employee, pin: str, by: Actor) -> None:
    """Keep the PIN that the person chose, in place of an earlier one.

    Raises:
        NotAllowed, PinUnfit
    """
    if not permissions.can_set_pin(by, employee):
        raise NotAllowed
    if not _is_fit(pin, employee.code):
        raise PinUnfit
    # It takes a good part of a second: on SQLite nobody writes while a transaction is open.
    hashed = make_password(pin)
    with transaction.atomic():
        Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
        Pin.objects.update_or_create(
            company=employee.company,
            employee=employee,
            defaults={"hashed": hashed, "set_at": timezone.now()},
        )
        audit.record(by=by, verb="pin_set", subject=employee)


def pin_matches(*, employee: Employee, pin: str, now: dt.datetime, browser: str = "") -> bool:
    """Return whether this is the person's PIN; of wrong ones five are heard in 15 minutes.

    A try counts before it is looked at, so that tries at the same moment cannot share one, and a
    right one is given back. `browser` is the id of one where the person has signed in before: its
    tries count alone, so that strangers lock nobody out of it. The caller must not roll the count
    back: a door that refuses answers, it does not raise through its transaction.

    Raises:
        PinMissing, TooManyTries
    """
    row = Pin.objects.filter(employee=employee).first()
    if row is None:
        raise PinMissing
    key = f"pin:{employee.public_id}{browser and f':{browser}'}"
    if not throttle.hit(key, limit=WRONG_PINS, seconds=WINDOW_SECONDS, now=now):
        raise TooManyTries(minutes=throttle.minutes_left(key, seconds=WINDOW_SECONDS, now=now))
    if not check_password(pin, row.hashed):
        return False
    throttle.give_back(key)
    return True


@transaction.atomic
def pin_clear(*, employee: Employee, by: Actor) -> None:
    """Take the PIN away and sign the person out; they choose another one by an invitation.

    Raises:
        NotAllowed, PinMissing
    """
    if not permissions.can_clear_pin(by, employee):
        raise NotAllowed
    deleted, _rows = Pin.objects.filter(employee=employee).delete()
    if not deleted:
        raise PinMissing
    ended = forget_sessions(employee.user) if employee.user is not None else 0
    changes = {"sessions": [ended, 0]}
    audit.record(by=by, verb="pin_cleared", subject=employee, changes=changes)
