"""Trying to sign in: how often, and by codes with a password or a PIN.

A try counts, by one atomic statement each for the account and for the address it comes from,
before anything is looked at: of tries at the same moment, in whatever process, none is missed. One
that was right is given back. A browser where the person has signed in before counts alone, so that
strangers who try somebody's account lock them out of no browser of theirs.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from companies import selectors, throttle
from companies.errors import PinMissing, TooManyTries
from companies.models import Employee, User
from companies.scoping import company_scope
from companies.services.pins import WRONG_PINS, is_pin, pin_matches

TRIES_OF_AN_ACCOUNT = 10
TRIES_OF_A_CLIENT = 100
WINDOW_SECONDS = 15 * 60


@dataclass(frozen=True)
class Caller:
    """From where somebody tries: the client's address, and the browser if it is known for them."""

    client: str
    browser: str = ""


def login_hash(login: str) -> str:
    """Return what is kept of a typed login: the same for every way of writing it."""
    return hashlib.sha256(login.strip().lower().encode()).hexdigest()


def sign_in_try(
    *, login: str, caller: Caller, now: dt.datetime, limit: int = TRIES_OF_AN_ACCOUNT
) -> list[str]:
    """Count one try; returns what to hand to `sign_in_worked` if it was right.

    Raises:
        TooManyTries: says when to come back.
    """
    account = f"sign-in:{limit}:{login_hash(login)}"
    if caller.browser:
        account = f"{account}:{caller.browser}"
    limits = {f"sign-in-from:{caller.client}": TRIES_OF_A_CLIENT, account: limit}
    for key, most in limits.items():
        if not throttle.hit(key, limit=most, seconds=WINDOW_SECONDS, now=now):
            left = throttle.minutes_left(key, seconds=WINDOW_SECONDS, now=now)
            raise TooManyTries(minutes=left)
    return list(limits)


def sign_in_worked(keys: list[str]) -> None:
    """Give back what a right password or PIN had counted."""
    for key in keys:
        throttle.give_back(key)


def sign_in_by_codes(
    *, company_code: str, employee_code: str, secret: str, caller: Caller, now: dt.datetime
) -> Employee | None:
    """Return whose codes and password or PIN these are; nobody's if any of them is wrong.

    What is wrong shows neither in the answer nor in the work: each way hashes once.

    Raises:
        TooManyTries
    """
    keys = sign_in_try(
        login=f"{company_code.strip()}/{employee_code.strip()}",
        caller=caller,
        now=now,
        limit=WRONG_PINS if is_pin(secret) else TRIES_OF_AN_ACCOUNT,
    )
    employee = selectors.employee_by_codes(company_code, employee_code)
    if not _is_right(employee, secret, caller=caller, now=now):
        return None
    sign_in_worked(keys)
    return employee


def _is_right(employee: Employee | None, secret: str, *, caller: Caller, now: dt.datetime) -> bool:
    if employee is None or employee.user is None:
        make_password(secret)
        return False
    if not is_pin(secret):
        # Also of who has left: without an address it is their only way to ask for their records.
        return bool(employee.user.check_password(secret))
    if employee.has_left(now) and not _has_only_a_pin(employee.user):
        make_password(secret)
        return False
    try:
        with company_scope(employee.company):
            return pin_matches(employee=employee, pin=secret, now=now, browser=caller.browser)
    except PinMissing:
        make_password(secret)
        return False


def _has_only_a_pin(user: User) -> bool:
    """Return whether nothing but a PIN lets the user in: also once they have left, to ask then."""
    return not user.email and not user.has_usable_password()
