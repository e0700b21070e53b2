"""A company's Slack workspace, who is who there, and what came from it and went to it."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import SlackEnd, SlackKind
from companies.models.base import CompanyOwned
from companies.models.people import User

_CONNECTED = models.Q(ended_at__isnull=True)
_CONFIRMED = models.Q(confirmed_at__isnull=False)


class SlackWorkspace(CompanyOwned):
    """A workspace that the company connected; one at a time, and of no other company meanwhile.

    `token` is sealed, and gone once it is disconnected. Connecting the same one again opens the
    row again, and with it who is who there.
    """

    team_id = models.CharField(max_length=20)
    team_name = models.CharField(_("workspace"), max_length=120)
    bot_user_id = models.CharField(max_length=20)
    scopes = models.CharField(_("rights in Slack"), max_length=500)
    token = models.TextField(blank=True)
    connected_at = models.DateTimeField(_("connected at"))
    ended_at = models.DateTimeField(_("disconnected at"), null=True, blank=True)
    ended_why = models.CharField(
        _("why"), max_length=12, choices=SlackEnd.choices, blank=True, default=SlackEnd.NONE
    )
    allows_punches = models.BooleanField(
        _("Allow check-in and check-out from Slack"), default=False,
        help_text=_("Without a picture: they are marked, and somebody looks at them where your "
                    "policy says so."),
    )  # fmt: skip
    has_digest = models.BooleanField(
        _("Post a morning digest"), default=False,
        help_text=_("Who is away, and who is expected and not in yet."),
    )  # fmt: skip
    digest_channel = models.CharField(
        _("channel"), max_length=20, blank=True,
        help_text=_("Its ID, such as C024BE91L: open the channel's details in Slack, at the end."),
    )  # fmt: skip
    digest_at = models.TimeField(_("time of day"), default=dt.time(9, 30))

    class Meta:
        verbose_name = _("Slack workspace")
        verbose_name_plural = _("Slack workspaces")
        ordering = ("-connected_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("company", "team_id"), name="companies_slackworkspace_once"
            ),
            models.UniqueConstraint(
                fields=("company",), condition=_CONNECTED,
                name="companies_slackworkspace_one_connected",
            ),
            models.UniqueConstraint(
                fields=("team_id",), condition=_CONNECTED,
                name="companies_slackworkspace_one_owner",
                violation_error_message=_("Another company has this workspace."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_why=SlackEnd.NONE)
                | models.Q(ended_at__isnull=False, token="") & ~models.Q(ended_why=SlackEnd.NONE),
                name="companies_slackworkspace_no_token_once_ended",
                violation_error_message=_("What is disconnected says why, and keeps no token."),
            ),
            models.CheckConstraint(
                condition=models.Q(has_digest=False) | ~models.Q(digest_channel=""),
                name="companies_slackworkspace_digest_has_a_channel",
                violation_error_message=_("Say in which channel the digest is posted."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.team_name


class SlackIdentity(CompanyOwned):
    """Whose account somebody in Slack is: matched by their address, confirmed by themselves.

    `link_key` is that of the one link by which they may confirm now.
    """

    workspace = models.ForeignKey(
        SlackWorkspace, on_delete=models.PROTECT, related_name="identities",
        verbose_name=_("workspace"),
    )  # fmt: skip
    slack_user_id = models.CharField(max_length=20)
    slack_name = models.CharField(_("name in Slack"), max_length=120)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="slack_identities", verbose_name=_("person")
    )
    link_key = models.UUIDField(null=True, blank=True, editable=False)
    asked_at = models.DateTimeField(_("asked at"))
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    dm_channel = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("Slack account")
        verbose_name_plural = _("Slack accounts")
        ordering = ("workspace", "slack_name", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("workspace", "slack_user_id"), name="companies_slackidentity_once"
            ),
            models.UniqueConstraint(
                fields=("workspace", "user"), condition=_CONFIRMED,
                name="companies_slackidentity_one_account",
                violation_error_message=_("Another Slack account is connected to you."),
            ),
            models.CheckConstraint(
                condition=~_CONFIRMED | models.Q(link_key__isnull=True),
                name="companies_slackidentity_link_used",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.slack_name


class SlackDelivery(CompanyOwned):
    """Something that Slack sent, once: `key` is the same for every arrival.

    `payload` is what its work needs, and goes once that is done.
    """

    workspace = models.ForeignKey(
        SlackWorkspace, on_delete=models.PROTECT, related_name="deliveries",
        verbose_name=_("workspace"),
    )  # fmt: skip
    key = models.CharField(max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=SlackKind.choices)
    payload = models.JSONField(default=dict, blank=True)
    received_at = models.DateTimeField(_("received at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("request from Slack")
        verbose_name_plural = _("requests from Slack")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("workspace", "key"), name="companies_slackdelivery_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.received_at:%Y-%m-%d %H:%M}"


class SlackMessage(CompanyOwned):
    """A message to somebody about one subject that they decide, and where it stands in Slack."""

    identity = models.ForeignKey(
        SlackIdentity, on_delete=models.CASCADE, related_name="messages",
        verbose_name=_("Slack account"),
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=20)
    subject = models.UUIDField(_("about"))
    channel = models.CharField(max_length=20, blank=True)
    ts = models.CharField(max_length=30, blank=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("message in Slack")
        verbose_name_plural = _("messages in Slack")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("identity", "kind", "subject"), name="companies_slackmessage_once"
            ),
        ]
        indexes = [models.Index(fields=("kind", "subject"), name="companies_slack_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
