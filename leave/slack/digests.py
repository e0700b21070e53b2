"""The job of the morning digest: at the company's time, on its working days, once a date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from attendance.rules import calendar
from attendance.rules.settings import Key, OfficeSettings
from attendance.rules.types import DayType
from attendance.rules.zones import local
from attendance.selectors.settings import company_settings
from companies import outbox
from companies.enums import Channel, OutboxState
from companies.models import Company, OutboxMessage, SlackWorkspace
from companies.outbox import SLACK_DIGEST
from companies.scoping import company_scope
from companies.selectors import slack_workspace
from companies.sweeps import Failures, companies
from integrations.slack.client import is_set_up

# A scheduler that stood still does not post the morning in the evening.
_LATEST: Final = dt.timedelta(hours=4)
# Slack's words for a channel that is none, or into which Muster was not invited.
_CHANNEL_TAKES_NONE: Final = ("not_in_channel", "channel_not_found", "is_archived")
_OFF: Final = (DayType.WEEKLY_OFF, DayType.HOLIDAY)


def slack_digest() -> int:
    """Have the digests posted whose time has come; return how many are due now."""
    if not is_set_up():
        return 0
    now, due, failures = timezone.now(), 0, Failures()
    for company in companies():
        with company_scope(company), failures.noted(f"digest of company {company.public_id}"):
            workspace = slack_workspace(company)
            if workspace is not None and workspace.has_digest:
                due += _want(company, workspace, now)
    failures.tell()
    return due


def _want(company: Company, workspace: SlackWorkspace, now: dt.datetime) -> bool:
    policy = company_settings(company).policy_on(now.date())
    here = local(now, policy.zone)
    begins = dt.datetime.combine(here.date(), workspace.digest_at, here.tzinfo)
    if not begins <= here <= begins + _LATEST or not is_worked(company, here.date()):
        return False
    outbox.enqueue(
        company=company, dedupe_key=_key(workspace, here.date()), to="Slack",
        template=SLACK_DIGEST, channel=Channel.SLACK,
        values={"workspace": str(workspace.public_id), "channel": workspace.digest_channel},
    )  # fmt: skip
    return True


def _key(workspace: SlackWorkspace, date: dt.date) -> str:
    return f"{SLACK_DIGEST}:{workspace.public_id}:{date}"


@dataclass(frozen=True)
class Unposted:
    """The digest of a date that was given up; `is_channel` where the channel takes none."""

    date: dt.date
    is_channel: bool
    why: str


def last_unposted(workspace: SlackWorkspace, now: dt.datetime) -> Unposted | None:
    """Return the last digest, of the past week, if it was given up and another would be too."""
    dates = {_key(workspace, day): day for day in _days_around(now.date())}
    rows = OutboxMessage.objects.filter(dedupe_key__in=dates)
    last: OutboxMessage | None = rows.order_by("-not_before").first()
    if not workspace.has_digest or last is None or last.state != OutboxState.FAILED:
        return None
    if last.values.get("channel") != workspace.digest_channel:
        return None
    is_channel = any(word in last.last_error for word in _CHANNEL_TAKES_NONE)
    return Unposted(dates[last.dedupe_key], is_channel, last.last_error)


def _days_around(date: dt.date) -> list[dt.date]:
    """Return the dates of the past week, whatever the company's clocks say of today."""
    return [date + dt.timedelta(days=n) for n in range(-7, 2)]


def is_worked(company: Company, date: dt.date) -> bool:
    """Return whether anybody's office works on a date, by its own week and its holidays."""
    settings = company_settings(company)
    week = settings.policy_on(date).weekly_off
    places: list[tuple[Key | None, OfficeSettings | None]] = [
        (key, steps.on(date)) for key, steps in settings.offices.items()
    ]
    return any(
        calendar.day_kind(
            date,
            week if office is None or office.weekly_off is None else office.weekly_off,
            [row.entry for row in settings.calendar.get(date, ()) if row.concerns(key, office)],
        ).type
        not in _OFF
        for key, office in places or [(None, None)]
    )
