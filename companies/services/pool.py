"""Coming in by the user pool: who may sign up there, and whose account here it opens.

The pool says who somebody is; what they may do stays in Muster. An account of the pool is linked
once, to the user with the same address, which the pool must call confirmed; from then on it is
known by its own id. Second steps are Muster's, whatever the pool asked for.
"""

from __future__ import annotations

import datetime as dt

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from companies import notifications, selectors
from companies.actor import Actor
from companies.enums import ActorKind
from companies.errors import (
    AccountClosed,
    PoolAccountOther,
    PoolAddressUnconfirmed,
    PoolNobody,
    PoolNotInvited,
)
from companies.models import Company, User
from companies.scoping import company_scope
from companies.selectors import POOL
from companies.services.own_sign_in import sign_in_changed


def pool_admit(*, address: str, now: dt.datetime) -> None:
    """Let an address sign up at the pool, if Muster knows it or its domain.

    Raises:
        PoolNotInvited
    """
    wanted = address.strip()
    if "@" not in wanted:
        raise PoolNotInvited
    if selectors.is_known_address(wanted, now=now):
        return
    if selectors.company_of_domain(wanted) is None:
        raise PoolNotInvited


def pool_sign_in(*, subject: str, address: str, is_confirmed: bool, now: dt.datetime) -> User:
    """Return the user whom an account of the pool opens, linking it at the first time.

    Raises:
        PoolAddressUnconfirmed, PoolNobody (HR of the domain's company is told once),
        AccountClosed, PoolAccountOther
    """
    user = selectors.pool_user(subject)
    if user is None:
        # Only what the pool confirmed: else whoever writes an address has the account behind it.
        if not is_confirmed or not address:
            raise PoolAddressUnconfirmed
        user = _with_address(address)
        if user is None:
            _tell_hr(address, now)
            raise PoolNobody(email=address)
    if not user.is_active:
        raise AccountClosed
    _link(user, subject)
    return user


def _with_address(address: str) -> User | None:
    """Return the user with this address; letters that only look alike are another one.

    Without case, databases take a Turkish ı for an I and an old ſ for an S, which mail does not.
    """
    user = User.objects.filter(email__iexact=address).first()
    if user is None or not user.email:
        return None
    is_same = user.email == address or (address.isascii() and user.email.isascii())
    return user if is_same else None


@transaction.atomic
def _link(user: User, subject: str) -> None:
    locked = User.objects.select_for_update().get(pk=user.pk)
    linked = list(SocialAccount.objects.filter(user=locked, provider=POOL))
    if any(row.uid == subject for row in linked):
        return
    if linked:
        raise PoolAccountOther
    SocialAccount.objects.create(user=locked, provider=POOL, uid=subject, extra_data={})
    actor = Actor(
        kind=ActorKind.PERSON, id=str(locked.public_id), name=locked.name, user=locked,
        channel="pool",
    )  # fmt: skip
    sign_in_changed(user=locked, verb="pool_linked", by=actor)


def _tell_hr(address: str, now: dt.datetime) -> None:
    company: Company | None = selectors.company_of_domain(address)
    if company is None:
        return
    with company_scope(company):
        notifications.pool_newcomer(company, address, selectors.hr_of(on=now.date()))


def pool_forget(user: User) -> None:
    """Unlink the pool's account: an address was taken back, or the sign-in begins anew."""
    SocialAccount.objects.filter(user=user, provider=POOL).delete()
