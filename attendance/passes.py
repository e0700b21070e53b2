"""The punch pass: a signed statement of who may punch, held by the page.

It carries opaque ids only, no cookie, and lets `POST /punch` record without a session. It lasts
twelve hours and is renewed silently while the page is open.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from django.core import signing

from attendance.enums import Direction
from attendance.errors import PassExpired, PassInvalid

LIFETIME = dt.timedelta(hours=12)
_SALT = "muster.punch-pass"


@dataclass(frozen=True, kw_only=True)
class PunchPass:
    """Who: public ids of company and engagement; where: the zone then in force; what is next.

    `action_key` names the shown action: tabs that show the same one share their tap id.
    """

    company: str
    employee: str
    zone: str
    direction: Direction
    action_key: str


def issue(claim: PunchPass) -> str:
    """Return the pass as signed text."""
    return signing.dumps(asdict(claim), salt=_SALT, compress=True)


def read(text: str) -> PunchPass:
    """Return what a pass says.

    Raises:
        PassExpired: it is older than twelve hours; the page asks for a new one.
        PassInvalid: it is not ours.
    """
    try:
        said = signing.loads(text, salt=_SALT, max_age=LIFETIME)
        return PunchPass(**{**said, "direction": Direction(said["direction"])})
    except signing.SignatureExpired as error:
        raise PassExpired from error
    except (signing.BadSignature, TypeError, KeyError, ValueError) as error:
        raise PassInvalid from error
