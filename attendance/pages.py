"""What the employee's templates show: values already computed, in the reader's words."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import consent_text, correction_pages, errors, overtime_pages, passes, wording
from attendance.answers import clock
from attendance.enums import DayException, DayStatus, Direction, FrameKind
from attendance.models import (
    AttendanceDay,
    CorrectionRequest,
    FaceConsent,
    FaceErasure,
    OvertimeDay,
    PunchFrame,
    PunchState,
)
from attendance.rules import codes
from attendance.rules.types import DayType, Occurrence
from attendance.selectors.months import Month, MonthDay
from attendance.selectors.today import Today
from attendance.selectors.today import today as today_of
from attendance.services import enrolment
from attendance.wording import long_date, short_date
from companies.errors import MusterError, TooMany
from companies.models import Employee

_TONES = {
    DayStatus.PRESENT: "good",
    DayStatus.ON_DUTY: "good",
    DayStatus.WORK_FROM_HOME: "good",
    DayStatus.HALF_DAY: "warn",
    DayStatus.INCOMPLETE: "warn",
    DayStatus.ABSENT: "bad",
    DayStatus.ON_LEAVE: "info",
    DayStatus.HOLIDAY: "off",
    DayStatus.WEEKLY_OFF: "off",
    DayStatus.UNMARKED: "none",
}
# States of consent in which the camera opens: who agreed to an earlier text has agreed.
AGREED = ("given", "outdated")
_LEGEND = (
    DayStatus.PRESENT, DayStatus.HALF_DAY, DayStatus.ABSENT, DayStatus.ON_LEAVE,
    DayStatus.ON_DUTY, DayStatus.WORK_FROM_HOME, DayStatus.WEEKLY_OFF, DayStatus.HOLIDAY,
    DayStatus.INCOMPLETE,
)  # fmt: skip
_PROBLEMS: dict[str, type[MusterError]] = {
    error.code: error
    for error in (
        errors.PassExpired, errors.PassInvalid, errors.PunchMalformed, errors.PunchTooLarge,
        errors.PinNotNeeded, errors.PinTooLate, TooMany,
    )
}  # fmt: skip


def problem_sentence(code: str) -> str:
    """Return the sentence of an error that sent a plain form back, "" for none we know."""
    error = _PROBLEMS.get(code)
    return str(error()) if error else ""


def consent_state(consent: FaceConsent | None) -> str:
    """Return given, refused, outdated (agreed to an earlier text) or unanswered."""
    if consent is None:
        return "unanswered"
    if not consent.is_given:
        return "refused"
    return "given" if consent.text_version == consent_text.version() else "outdated"


# --- today ------------------------------------------------------------------------------------
def _greeting(employee: Employee, now: dt.datetime, zone: str) -> str:
    hour = now.astimezone(ZoneInfo(zone)).hour
    first_name = employee.name.split()[0]
    if hour < 12:
        return _("Good morning, %(name)s") % {"name": first_name}
    if hour < 18:
        return _("Good afternoon, %(name)s") % {"name": first_name}
    return _("Good evening, %(name)s") % {"name": first_name}


def _hours(occurrence: Occurrence) -> str:
    start = clock(occurrence.starts_at, occurrence.zone)
    return f"{start}–{clock(occurrence.ends_at, occurrence.zone)}"


def _shift_text(present: Today) -> str:
    if present.occurrence is None:
        return _("No shift today")
    text = f"{present.occurrence.pattern.name}, {_hours(present.occurrence)}"
    if present.day_kind.is_off:
        return _("Day off (%(shift)s)") % {"shift": text}
    return text


def worked_minutes(present: Today, now: dt.datetime) -> int:
    """Return the minutes of closed stretches and, while somebody is in, up to now."""
    counted = present.row.worked_minutes if present.row else 0
    return counted + present.presence.minutes(now)


def since_text(present: Today) -> str:
    if present.open_in is None:
        return ""
    pause = present.presence.on_break_since
    if pause is not None:
        return _("On break since %(time)s") % {"time": clock(pause, present.zone)}
    return _("Working since %(time)s") % {"time": clock(present.open_in.occurred_at, present.zone)}


def other_action(present: Today) -> dict[str, str] | None:
    """Return the quieter button beside the main one: a break, or leaving during one."""
    if present.other is None:
        return None
    return {
        "direction": present.other.value,
        "label": wording.action(present.other),
        "action_key": present.other_key,
    }


def _row_tone(row: AttendanceDay) -> str:
    if row.exceptions:
        return "warn"
    if row.is_open:
        return "warn" if row.late_minutes else "good"
    return _TONES[DayStatus(row.status)]


def today_context(
    present: Today, *, consent: str, is_enrolled: bool, has_pin: bool, now: dt.datetime
) -> Any:
    """Return the context of attendance/today.html; `has_pin` is looked at where it matters."""
    row = present.row
    worked = worked_minutes(present, now)
    shown_date = row.date if row else present.date
    return {
        "greeting": _greeting(present.employee, now, present.zone),
        "date_text": long_date(present.date),
        "zone_note": present.zone.replace("_", " "),
        "direction": present.direction.value,
        "label": wording.action(present.direction),
        "other": other_action(present),
        "other_tap_id": uuid.uuid4(),
        "pass_text": passes.issue(present.claim(has_consent=consent in AGREED)),
        "action_key": present.action_key,
        "since": since_text(present),
        "worked": wording.minutes(worked) if worked else "",
        "shift_text": _shift_text(present),
        "week_text": wording.minutes(present.week_minutes),
        "verdict": {"text": wording.verdict(row), "tone": _row_tone(row)} if row else None,
        "day_url": reverse("attendance:day", args=[shown_date]),
        "missing_out": correction_pages.missing_out(present),
        "camera": _camera(consent, is_enrolled),
        "then": "pin" if present.needs_check and has_pin else "",
        "needs_check": present.needs_check,
        "consent": consent,
        "is_enrolled": is_enrolled,
        "words": punch_words(),
    }


def _camera(consent: str, is_enrolled: bool) -> dict[str, str]:
    if consent not in AGREED:
        return {"mode": "none", "reason": "no_consent"}
    if not is_enrolled:
        return {"mode": "none", "reason": "not_enrolled"}
    return {"mode": "face", "reason": ""}


def punch_words() -> dict[str, str]:
    """Return the sentences that the check-in's script says."""
    return {
        **no_camera_words(_("go on without a picture")),
        "ready": _("Put your face into the oval, then tap."),
        "look": _("Look at the camera …"),
        "checking": _("Looking at the picture …"),
        "turn": _("One more thing: turn your head, so that we see it is you."),
        "turn_over": _(
            "We have not seen the head turn. Try again, more slowly and a little further."
        ),
        "later": _("The picture will be looked at shortly."),
        "unsent": _("Not sent yet: there is no connection."),
        "keep_open": _("Keep this page open. It is sent as soon as the connection is back."),
        "changed": _("The next action has changed meanwhile. Look at the button, then tap again."),
        "refused": _("This did not work. Reload the page and try again."),
    }


def no_camera_words(otherwise: str) -> dict[str, str]:
    """Return, by the reason that the script finds, why the camera is not there and what to do."""
    sentences = {
        "insecure": _(
            "Browsers open the camera on secure (https) pages only. Ask HR for the secure address, "
            "or %(otherwise)s."
        ),
        "denied": _(
            "The camera is blocked for this page. Allow it beside the page's address and try "
            "again, or %(otherwise)s."
        ),
        "no_camera": _("We found no camera. Connect one and try again, or %(otherwise)s."),
        "busy": _("Another program is using the camera. Close it and try again, or %(otherwise)s."),
        "unknown": _("The camera did not open. Try again, or %(otherwise)s."),
    }
    return {reason: text % {"otherwise": otherwise} for reason, text in sentences.items()}


@dataclass(frozen=True)
class Links:
    """Where a person's month and days stand: the own ones, or one of a team's."""

    person: Employee | None = None

    def day(self, date: dt.date) -> str:
        if self.person is None:
            return reverse("attendance:day", args=[date])
        return reverse("attendance:team-day", args=[self.person.public_id, date])

    def month(self, first: dt.date) -> str:
        if self.person is None:
            address = reverse("attendance:month")
        else:
            address = reverse("attendance:team-person", args=[self.person.public_id])
        return f"{address}?m={first:%Y-%m}"


OWN = Links()
NO_OVERTIME: Mapping[dt.date, OvertimeDay] = MappingProxyType({})


# --- month ------------------------------------------------------------------------------------
def flag_words(exceptions: list[str]) -> list[str]:
    return [str(DayException(item).label) for item in exceptions]


def _calendar_day(day: MonthDay) -> tuple[str, str, str]:
    """Return code, words and tone of a date without a row."""
    if not day.is_employed:
        return "", _("Not employed"), "none"
    if day.skipped_because:
        return "", _("Skipped by HR"), "none"
    if day.day_kind.is_off:
        half = codes.off_half(day.day_kind)
        words = day.day_kind.name or str(DayStatus(half.code).label)
        return half.code, words, "off"
    if day.is_future:
        return "", _("To come"), "open"
    if day.occurrence is None:
        return "", _("No shift"), "none"
    return "", _("Open"), "open"


def day_words(day: MonthDay) -> tuple[str, str, str]:
    """Return code, words and tone of a date, judged or not."""
    return _judged_day(day.row) if day.row else _calendar_day(day)


def status_tone(status: DayStatus, *, is_flagged: bool) -> str:
    """Return the tone of a judged day."""
    return "warn" if is_flagged else _TONES[status]


def _judged_day(row: AttendanceDay) -> tuple[str, str, str]:
    if row.is_open:
        return "", _("Still open"), "open"
    status = DayStatus(row.status)
    tone = status_tone(status, is_flagged=bool(row.exceptions))
    return row.code or status.value, str(status.label), tone


def _optional_clock(instant: dt.datetime | None, zone: str) -> str:
    return clock(instant, zone) if instant else ""


def _optional_minutes(count: int) -> str:
    return wording.minutes(count) if count else ""


def _month_day(
    day: MonthDay, today: dt.date, links: Links, extra: OvertimeDay | None
) -> dict[str, Any]:
    row = day.row
    code, status_text, tone = day_words(day)
    return {
        "number": day.date.day,
        "iso": day.date.isoformat(),
        "date_text": short_date(day.date),
        "url": links.day(day.date),
        "code": code,
        "status_text": status_text,
        "tone": tone,
        "in_text": _optional_clock(row.first_in_at, row.zone) if row else "",
        "out_text": _optional_clock(row.last_out_at, row.zone) if row else "",
        "worked_text": _optional_minutes(row.worked_minutes) if row else "",
        "late_text": _late(row.late_minutes) if row else "",
        "early_text": _early(row.early_minutes) if row else "",
        "overtime_text": overtime_pages.day_note(extra),
        "is_today": day.date == today,
        "is_future": day.is_future,
        "flags": flag_words(row.exceptions) if row else [],
    }


def _late(count: int) -> str:
    return _("Late by %(time)s") % {"time": wording.minutes(count)} if count else ""


def _early(count: int) -> str:
    return _("Left %(time)s early") % {"time": wording.minutes(count)} if count else ""


def days_text(halves: int) -> str:
    """Return half days as days: 1 day, 2½ days."""
    whole, half = divmod(halves, 2)
    number = f"{whole or ''}½" if half else str(whole)
    text = ngettext("%(number)s day", "%(number)s days", whole + half)
    return text % {"number": number}


def total_lines(month: Month) -> list[dict[str, str]]:
    totals = month.totals
    lines = [
        (_("Present"), days_text(totals.present_halves)),
        (_("Absent"), days_text(totals.absent_halves)),
        (_("On leave"), days_text(totals.leave_halves)),
        (_("Days off"), days_text(totals.off_halves)),
        (_("Open or unmarked"), days_text(totals.unmarked_halves)),
        (_("Worked"), wording.minutes(totals.worked_minutes)),
        (
            _("Late"),
            ngettext("%(n)d time", "%(n)d times", totals.late_count) % {"n": totals.late_count},
        ),
    ]
    return [{"label": label, "value": value} for label, value in lines]


def month_context(
    month: Month, links: Links = OWN, *, overtime: Mapping[dt.date, OvertimeDay] = NO_OVERTIME
) -> dict[str, Any]:
    """Return the context of attendance/month.html; `overtime` are the rows of its dates."""
    days = [_month_day(day, month.today, links, overtime.get(day.date)) for day in month.days]
    padded: list[dict[str, Any] | None] = [None] * month.first.weekday() + list(days)
    padded += [None] * (-len(padded) % 7)
    monday = dt.date(2024, 1, 1)
    is_last = month.following > month.today
    return {
        "title": date_format(month.first, "F Y"),
        "previous_url": links.month(month.previous),
        "next_url": None if is_last else links.month(month.following),
        "weekdays": [date_format(monday + dt.timedelta(days=n), "D") for n in range(7)],
        "weeks": [padded[n : n + 7] for n in range(0, len(padded), 7)],
        "days": days,
        "totals": total_lines(month) + overtime_pages.total_lines(overtime.values()),
        "legend": legend(),
        "person": links.person,
    }


def legend() -> list[dict[str, str]]:
    """Return what the letters mean."""
    return [
        {"code": status.value, "text": str(status.label), "tone": _TONES[status]}
        for status in _LEGEND
    ]


# --- a day ------------------------------------------------------------------------------------
def _punch(
    state: PunchState, row: AttendanceDay | None, may_see: Callable[[PunchFrame], bool]
) -> dict[str, Any]:
    seen = {item.kind: item for item in state.punch.frames.all() if may_see(item)}
    urls = {kind: reverse("attendance:photo", args=[item.public_id]) for kind, item in seen.items()}
    return {
        "time": clock(state.occurred_at, state.punch.zone),
        "direction": str(Direction(state.direction).label),
        "face": wording.face(state),
        "voided": state.voided_at is not None,
        "voided_text": (_("Taken out by the face check") if state.is_refused else _("Taken out")),
        "counted": state.voided_at is None and row is not None and not row.is_by_hand,
        "photo_url": urls.get(FrameKind.FRONTAL),
        "turned_url": urls.get(FrameKind.TURNED),
    }


def _facts(row: AttendanceDay) -> list[dict[str, str]]:
    shift = ""
    if row.scheduled_start_at and row.scheduled_end_at:
        start = clock(row.scheduled_start_at, row.zone)
        shift = f"{row.shift_name}, {start}–{clock(row.scheduled_end_at, row.zone)}"
    pairs = [
        (_("Shift"), shift),
        (_("In"), _optional_clock(row.first_in_at, row.zone)),
        (_("Out"), _optional_clock(row.last_out_at, row.zone)),
        (_("Worked"), _optional_minutes(row.worked_minutes)),
        (_("Breaks"), _optional_minutes(row.break_minutes)),
        (_("Late"), _optional_minutes(row.late_minutes)),
        (_("Left early"), _optional_minutes(row.early_minutes)),
    ]
    return [{"label": label, "value": value} for label, value in pairs if value]


def _calendar_steps(day: MonthDay) -> list[str]:
    if not day.is_employed:
        return [wording.sentence("not_employed", {})]
    if day.skipped_because:
        return [wording.sentence("skipped", {"reason": day.skipped_because})]
    if day.day_kind.type != DayType.WORKING:
        values = {"kind": day.day_kind.type.value, "name": day.day_kind.name}
        return [wording.sentence("calendar", values)]
    if day.occurrence is None:
        return [wording.sentence("no_shift", {})]
    return [_("Shift %(shift)s.") % {
        "shift": f"{day.occurrence.pattern.name}, {_hours(day.occurrence)}"
    }]  # fmt: skip


def day_context(
    day: MonthDay,
    states: list[PunchState],
    *,
    asked: list[CorrectionRequest],
    may_see: Callable[[PunchFrame], bool],
    links: Links = OWN,
    overtime: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the context of attendance/day.html; `may_see` says which pictures are shown."""
    row = day.row
    code, status_text, tone = day_words(day)
    is_own = links.person is None
    return {
        "person": links.person,
        "date_text": long_date(day.date),
        "status_text": status_text,
        "code": code,
        "tone": tone,
        "headline": wording.verdict(row) if row else status_text,
        "facts": _facts(row) if row else [],
        "steps": wording.sentences(row) if row else _calendar_steps(day),
        "punches": [_punch(state, row, may_see) for state in states],
        "flags": flag_words(row.exceptions) if row else [],
        "ask": correction_pages.day_question(row, asked) if is_own else None,
        "requests": [correction_pages.request_line(item, is_own=is_own) for item in asked],
        "wrong_url": _wrong_url(day, links),
        "overtime": overtime,
        "month_url": links.month(day.date),
    }


def _wrong_url(day: MonthDay, links: Links) -> str:
    """Return where one says that one's own day is wrong; none for a day to come."""
    if links.person is not None or day.is_future or not day.is_employed:
        return ""
    return reverse("attendance:correction-ask", args=[day.date])


# --- the face ---------------------------------------------------------------------------------
def _face_text(consent: str, is_enrolled: bool) -> str:
    if consent == "refused":
        return _("You chose no face check. No picture is taken when you check in.")
    if is_enrolled:
        return _("Your face is compared when you check in.")
    if consent == "given":
        return _("You agreed, but there are no reference pictures yet.")
    return _("You have not answered the consent text yet.")


def me_context(employee: Employee, *, now: dt.datetime) -> dict[str, Any]:
    """Return the employee's part of portal/me.html."""
    present = today_of(employee=employee, now=now)
    consent = consent_state(enrolment.latest_consent(employee))
    is_enrolled = enrolment.is_enrolled(employee)
    facts = [
        (_("Employee code"), employee.code),
        (_("Company"), employee.company.name),
        (_("Today's shift"), _shift_text(present)),
        (_("Time zone"), present.zone.replace("_", " ")),
        (_("Joined on"), date_format(employee.joined_on, "j F Y")),
    ]
    return {
        "facts": [{"label": label, "value": value} for label, value in facts],
        "consent": consent,
        "is_enrolled": is_enrolled,
        "face_text": _face_text(consent, is_enrolled),
        "has_receipts": FaceErasure.objects.filter(employee=employee).exists(),
    }
