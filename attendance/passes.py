"""The punch pass: a signed statement of who may punch, held by the page.

It carries opaque ids only, no cookie, and lets `POST /punch` record without a session. It lasts
twelve hours and is renewed silently while the page is open, by whoever is still signed in: the pass
that follows a punch is as old as the one it follows, so that no pass lives on by itself.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field, replace

from django.core import signing
from django.utils import timezone

from attendance.enums import Direction
from attendance.errors import PassExpired, PassInvalid

LIFETIME = dt.timedelta(hours=12)
_SALT = "muster.punch-pass"


@dataclass(frozen=True, kw_only=True)
class PunchPass:
    """Who: public ids of company and engagement; where: the zone then in force; what is next.

    `action_key` names the shown action: tabs that show the same one share their tap id.
    `has_consent` says whether they had agreed to pictures, for while the records are away.
    `issued_at` (seconds since 1970) is when a session answered for it; none yet is 0.
    """

    company: str
    employee: str
    zone: str
    direction: Direction
    action_key: str
    has_consent: bool = False
    issued_at: int = field(default=0, compare=False)


def issue(claim: PunchPass) -> str:
    """Return the pass as signed text, issued now unless the claim says when it was."""
    issued_at = claim.issued_at or int(timezone.now().timestamp())
    return signing.dumps(asdict(replace(claim, issued_at=issued_at)), salt=_SALT, compress=True)


def read(text: str) -> PunchPass:
    """Return what a pass says.

    Raises:
        PassExpired: it is older than twelve hours; the page asks for a new one.
        PassInvalid: it is not ours.
    """
    try:
        said = signing.loads(text, salt=_SALT)
        claim = PunchPass(**{**said, "direction": Direction(said["direction"])})
    except (signing.BadSignature, TypeError, KeyError, ValueError) as error:
        raise PassInvalid from error
    if timezone.now().timestamp() - claim.issued_at > LIFETIME.total_seconds():
        raise PassExpired
    return claim
