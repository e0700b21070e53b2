"""What attendance offers in Slack: in, out, status and month, by the same services as the pages."""

from __future__ import annotations

import uuid
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import overtime_pages, pages, permissions, wording
from attendance.answers import clock
from attendance.enums import Direction, Source
from attendance.errors import NotRecorded
from attendance.models import Punch
from attendance.selectors.months import month as month_of
from attendance.selectors.overtime import of_month
from attendance.selectors.today import Today
from attendance.selectors.today import today as today_of
from attendance.services import evidence, punching
from companies.errors import SlackPunchesOff
from companies.slack import Ask, Command, Offers, Said, page
from integrations.errors import Unavailable
from integrations.slack import blocks

# Why there is no picture; the words of it stand in `attendance.wording`.
NO_FRAME: Final = "slack"
# One tap for each request of Slack, however often it arrives or is worked on.
_TAPS: Final = uuid.UUID("6f1c7a7e-3c0f-4d0b-9a53-1f8a1c5d2b90")


def _today_link() -> str:
    return blocks.link(page(reverse("attendance:today")), _("Open today"))


def check_in(ask: Ask) -> Said:
    """Record a check-in, where the company takes it from here."""
    return _punch(ask, Direction.IN)


def check_out(ask: Ask) -> Said:
    """Record a check-out, where the company takes it from here."""
    return _punch(ask, Direction.OUT)


def _punch(ask: Ask, direction: Direction) -> Said:
    if not permissions.can_punch_by_slack(ask.actor, ask.employee, ask.workspace):
        return Said(f"{SlackPunchesOff()} {_today_link()}")
    tap_id = uuid.uuid5(_TAPS, ask.key)
    known = Punch.objects.filter(employee=ask.employee, tap_id=tap_id).first()
    if known is not None:
        # Recorded before an answer that did not arrive: the same punch, told once more.
        return _recorded(known.public_id, direction, clock(known.occurred_at, known.zone))
    present = today_of(employee=ask.employee, now=ask.at)
    refusal = _refusal(present, direction)
    if refusal:
        return Said(f"{refusal} {_today_link()}")
    return _record(ask, present, direction, tap_id)


def _refusal(present: Today, direction: Direction) -> str:
    """Return why this cannot be the next step, as the page would not offer it either."""
    if direction == Direction.IN and present.open_in is not None:
        return f"{pages.since_text(present)}."
    if direction == Direction.OUT and present.open_in is None:
        return _("You are not checked in.")
    return ""


def _record(ask: Ask, present: Today, direction: Direction, tap_id: uuid.UUID) -> Said:
    tap = punching.Tap(
        tap_id=tap_id, direction=direction, device_at=None, no_frame=NO_FRAME, frame=None,
        source=Source.SLACK,
    )  # fmt: skip
    claim = present.claim(has_consent=False)
    try:
        recorded = punching.punch_record(claim=claim, tap=tap, now=ask.at)
    except NotRecorded as error:
        # Neither journal nor records: the outbox comes again, and the time stays that of arrival.
        raise Unavailable("punch_not_recorded") from error
    at = clock(recorded.occurred_at, recorded.zone)
    if recorded.is_waiting:
        return Said(_("Recorded %(time)s. Your sheet will show it shortly.") % {"time": at})
    return _recorded(recorded.public_id, direction, at)


def _recorded(punch_id: uuid.UUID, direction: Direction, at: str) -> Said:
    """Judge the day by it, and say what came of it."""
    weighed = evidence.punch_weigh(punch_id=punch_id, now=timezone.now())
    words = (
        _("Checked in at %(time)s.") if direction == Direction.IN else _("Checked out at %(time)s.")
    ) % {"time": at}
    verdict = f" {wording.verdict(weighed.day)}." if weighed.day is not None else ""
    mark = _("From Slack, without a picture.")
    if weighed.state.is_flagged:
        mark = _("From Slack, without a picture: somebody will look at it.")
    return Said(f"{words}{verdict}\n{mark}")


def status(ask: Ask) -> Said:
    """Say whether the person is in, since when, and how today stands."""
    present = today_of(employee=ask.employee, now=ask.at)
    lines = [pages.since_text(present) or _("You are not checked in.")]
    worked = pages.worked_minutes(present, ask.at)
    if worked:
        lines.append(_("Today: %(time)s") % {"time": wording.minutes(worked)})
    if present.row is not None:
        lines.append(wording.verdict(present.row))
    if present.missing_out_on is not None:
        date = wording.short_date(present.missing_out_on)
        lines.append(_("No check-out on %(date)s") % {"date": date})
    return Said("\n".join([*lines, _today_link()]))


def month(ask: Ask) -> Said:
    """Say the totals of the month, as the page of the month has them."""
    today = today_of(employee=ask.employee, now=ask.at).date
    found = month_of(employee=ask.employee, first=today.replace(day=1), now=ask.at)
    extra = of_month(ask.employee, found.first, found.days[-1].date)
    totals = pages.total_lines(found) + overtime_pages.total_lines(extra.values())
    lines = [f"{line['label']}: {line['value']}" for line in totals]
    title = f"*{date_format(found.first, 'F Y')}*"
    where = blocks.link(page(reverse("attendance:month")), _("Open the month"))
    return Said("\n".join([title, *lines, where]))


OFFERS: Final = Offers(
    commands={
        "in": Command(gettext_lazy("Check in, where your company allows it"), check_in),
        "out": Command(gettext_lazy("Check out, where your company allows it"), check_out),
        "status": Command(gettext_lazy("Whether you are in, and today so far"), status),
        "month": Command(gettext_lazy("The totals of this month"), month),
    }
)
