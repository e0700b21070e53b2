"""Harmless questions to AWS, by which `manage.py doctor` sees whether a part answers."""

from __future__ import annotations

import json
import urllib.request

from integrations import aws
from integrations.errors import Misconfigured, Rejected, Unavailable


def journal_answers(table: str) -> None:
    """Read an item that is not there: what a check-in needs too, and nothing more.

    Raises:
        Unavailable, Misconfigured
    """
    key = {"who": {"S": "doctor"}, "what": {"S": "doctor"}}
    with aws.translated():
        aws.client("dynamodb").get_item(TableName=table, Key=key)


def pool_answers(issuer: str) -> None:
    """Read what the user pool tells of itself.

    Raises:
        Unavailable: it does not answer; Misconfigured: `pool_other` (another one answers there)
    """
    address = f"{issuer}/.well-known/openid-configuration"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  # from the settings
            told = json.load(answer)
    except (OSError, ValueError) as error:
        raise Unavailable("pool_away") from error
    if not isinstance(told, dict) or told.get("issuer") != issuer:
        raise Misconfigured("pool_other")


def mail_identity(domain: str) -> str:
    """Return what SES says of the domain that mails come from: `verified`, `waits`, or `unknown`.

    Raises:
        Unavailable, Misconfigured
    """
    try:
        with aws.translated(rejected=frozenset({"NotFoundException"})):
            found = aws.client("sesv2").get_email_identity(EmailIdentity=domain)
    except Rejected:
        return "unknown"
    return "verified" if found.get("VerifiedForSendingStatus") else "waits"
