"""The tables of one's own data that tell how one signs in: second steps, places, resets."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.utils.translation import gettext_lazy

from companies import selectors
from companies.models import (
    EmailChange,
    Invitation,
    SignedInSession,
    SignInReset,
    SlackIdentity,
)
from portal.own_cells import Cells, Table, Whose, instants, of, plain, twice, worded, words


def _second_step(row: Authenticator, whose: Whose) -> Cells:
    cells: Cells = {"kind": row.type, "kind_words": str(row.get_type_display()), "name": str(row)}
    return cells | instants(row, ZoneInfo(whose.zone), "created_at", "last_used_at")


def _place(row: SignedInSession, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "device")
    return cells | instants(row, ZoneInfo(whose.zone), "started_at", "seen_at")


def _email_change(row: EmailChange, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "before", "after") | words(row, "state")
    return cells | instants(row, ZoneInfo(whose.zone), "asked_at", "decided_at")


def _reset(row: SignInReset, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "reason") | words(row, "state")
    return cells | instants(row, ZoneInfo(whose.zone), "asked_at", "decided_at")


def _resets(whose: Whose) -> Any:
    rows = SignInReset.objects.filter(employee__user=whose.user, company=whose.company)
    return rows.order_by("pk")


def _invitation(row: Invitation, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "outcome", "starts_on", "ends_on")
    cells |= words(row, "channel", "role")
    return cells | instants(row, ZoneInfo(whose.zone), "made_at", "expires_at", "ended_at")


def _pool_account(row: SocialAccount, whose: Whose) -> Cells:
    return plain(row, "uid") | instants(row, ZoneInfo(whose.zone), "date_joined", "last_login")


def _slack_account(row: SlackIdentity, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "slack_name") | {"workspace": row.workspace.team_name}
    return cells | instants(row, ZoneInfo(whose.zone), "asked_at", "confirmed_at")


def _slack_accounts(whose: Whose) -> Any:
    rows = SlackIdentity.objects.filter(user=whose.user, company=whose.company)
    return rows.select_related("workspace").order_by("pk")


TABLES = (
    Table(
        "invitations", gettext_lazy("Invitations to sign in, printed or to a mailbox of yours."),
        ("public_id", *worded("channel"), *worded("role"), "starts_on", "ends_on", "outcome",
         *twice("made_at", "expires_at", "ended_at")),
        of(selectors.own_invitations), _invitation,
    ),
    Table(
        "second_steps", gettext_lazy("Your second steps at sign-in; their secrets stay sealed."),
        (*worded("kind"), "name", *twice("created_at", "last_used_at")),
        lambda whose: Authenticator.objects.filter(user=whose.user).order_by("pk"), _second_step,
    ),
    Table(
        "pool_accounts", gettext_lazy("The account of the sign-in service that opens yours."),
        ("uid", *twice("date_joined", "last_login")),
        lambda whose: SocialAccount.objects.filter(user=whose.user).order_by("pk"), _pool_account,
    ),
    Table(
        "signed_in", gettext_lazy("Where you are signed in: kind of device, since when."),
        ("public_id", "device", *twice("started_at", "seen_at")),
        lambda whose: SignedInSession.objects.filter(user=whose.user).order_by("pk"), _place,
    ),
    Table(
        "email_changes", gettext_lazy("Changes of your sign-in address that you asked for."),
        ("public_id", "before", "after", *worded("state"), *twice("asked_at", "decided_at")),
        lambda whose: EmailChange.objects.filter(user=whose.user).order_by("pk"), _email_change,
    ),
    Table(
        "sign_in_resets", gettext_lazy("Resets of your sign-in that HR asked for, and why."),
        ("public_id", "reason", *worded("state"), *twice("asked_at", "decided_at")),
        _resets, _reset,
    ),
    Table(
        "slack_accounts", gettext_lazy("Your account in the company's Slack, once you confirmed."),
        ("public_id", "slack_name", "workspace", *twice("asked_at", "confirmed_at")),
        _slack_accounts, _slack_account,
    ),
)  # fmt: skip
