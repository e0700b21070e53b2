"""Triggers of the user pool."""

from __future__ import annotations

import logging
from typing import Any

from django.utils import timezone

from companies import services
from companies.errors import MusterError, PoolCannotLook

log = logging.getLogger(__name__)


def pre_sign_up(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Let an address sign up, or say why not: Cognito shows the error's sentence to the person.

    Nothing is confirmed on the way: the pool still mails its code to the address.

    Raises:
        PoolNotInvited
        PoolCannotLook: whatever else went wrong, whose own words name our machines.
    """
    address = event["request"]["userAttributes"].get("email", "")
    try:
        services.pool_admit(address=address, now=timezone.now())
    except MusterError:
        raise
    except Exception:
        log.exception("an address that signs up at the user pool could not be looked up")
        raise PoolCannotLook from None
    return event
