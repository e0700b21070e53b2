"""The sentences: steps, states and advice in the reader's words, with the numbers in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.enums import (
    DayStatus,
    Direction,
    FaceState,
    FrameKind,
    LivenessState,
    MarkKind,
    Portion,
    Turn,
)
from attendance.errors import UploadNotAPhoto, UploadNotReadable
from attendance.models import AttendanceDay, PunchFrame, PunchState
from attendance.rules.types import DayType

Values = Mapping[str, Any]


def minutes(count: int) -> str:
    """Return a length of time as people say it: 7 h 45 min, 20 min."""
    hours, rest = divmod(count, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


def long_date(date: dt.date) -> str:
    """Return the date with its weekday: Tuesday, 24 November."""
    return date_format(date, "l, j F")


def short_date(date: dt.date) -> str:
    return date_format(date, "D j F")


def clock(wall: str) -> str:
    """Return the time of day of a step's wall time (`2026-03-02T09:16:00+05:45` or `09:16`)."""
    return wall[11:16] if "T" in wall else wall[:5]


def _moment(wall: str) -> str:
    """Return the time with its weekday, for what may lie on another date."""
    moment = dt.datetime.fromisoformat(wall)
    return f"{date_format(moment, 'D')} {moment:%H:%M}"


_ACTIONS: dict[str, str | Promise] = {
    Direction.BREAK_START: gettext_lazy("Start break"),
    Direction.BREAK_END: gettext_lazy("End break"),
}


def action(direction: Direction) -> str:
    """Return what a button says that punches so."""
    return str(_ACTIONS.get(direction, direction.label))


FACE_WORDS: dict[str, str | Promise] = {
    FaceState.PENDING: gettext_lazy("face being checked"),
    FaceState.VERIFIED: gettext_lazy("face verified"),
    FaceState.REVIEW: gettext_lazy("recorded, your manager or HR will look at the picture"),
    FaceState.MISMATCH: gettext_lazy("recorded, your manager or HR will look at the picture"),
    FaceState.UNVERIFIABLE: gettext_lazy("recorded, your manager or HR will look at the picture"),
    FaceState.NOT_CHECKED: gettext_lazy("face not checked"),
}

FACE_REASONS: dict[str, str | Promise] = {
    "by_hand": gettext_lazy("it was entered by hand"),
    "pin": gettext_lazy("confirmed with the PIN"),
    "slack": gettext_lazy("it came from Slack, which shows no face"),
    "no_consent": gettext_lazy("no consent to the face check"),
    "not_enrolled": gettext_lazy("no reference pictures yet"),
    "no_picture": gettext_lazy("no picture was taken"),
    "insecure": gettext_lazy("the page was not opened over https"),
    "denied": gettext_lazy("the camera was not allowed"),
    "no_camera": gettext_lazy("no camera was found"),
    "busy": gettext_lazy("another program used the camera"),
    "unknown": gettext_lazy("the camera did not work"),
    "refused": gettext_lazy("the face check did not take the pictures before"),
    "face_engine_off": gettext_lazy("the face check is switched off"),
    "face_packages_missing": gettext_lazy("the face check is not installed"),
    "models_missing": gettext_lazy("the face check is not installed"),
    "no_avx": gettext_lazy("this machine cannot check faces"),
    "aws_packages_missing": gettext_lazy("the face check is not installed"),
    "rekognition_prefix_invalid": gettext_lazy("the face check is not set up"),
    "rekognition_match_invalid": gettext_lazy("the face check is not set up"),
    "rekognition_tps_invalid": gettext_lazy("the face check is not set up"),
    "rekognition_liveness_invalid": gettext_lazy("the face check is not set up"),
    "picture_damaged": gettext_lazy("the picture was damaged"),
    "picture_not_image": gettext_lazy("the picture was damaged"),
    "picture_empty": gettext_lazy("the picture was empty"),
    "picture_too_large": gettext_lazy("the picture was too large"),
    "picture_too_small": gettext_lazy("the picture was too small"),
    "picture_too_many_pixels": gettext_lazy("the picture was too large"),
    "picture_animated": gettext_lazy("the picture was not a single picture"),
    "gave_up": gettext_lazy("the check was tried three times"),
    "picture_missing": gettext_lazy("the picture is missing"),
    "left": gettext_lazy("the person no longer works here"),
    "storage_failed": gettext_lazy("the picture could not be stored"),
    "no_face": gettext_lazy("no face was seen"),
    "several_faces": gettext_lazy("more than one face was seen"),
    "move_closer": gettext_lazy("the face was too small"),
    "more_light": gettext_lazy("it was too dark"),
    "less_light": gettext_lazy("it was too bright"),
    "hold_still": gettext_lazy("the picture was blurred"),
    "look_straight": gettext_lazy("the face was turned away"),
    "unsure": gettext_lazy("the face is like the reference, but not clearly"),
    "not_nearest": gettext_lazy("a colleague's face is nearer"),
    "another_face": gettext_lazy("the face is unlike the reference"),
    "replayed_frame": gettext_lazy("the same picture was sent before"),
}

TURN_REASONS: dict[str, str | Promise] = {
    "turn_not_seen": gettext_lazy("the head turn was not seen"),
    "page_closed": gettext_lazy("the head turn was not made"),
    "no_neutral": gettext_lazy("the first picture showed no face that could turn"),
    "turn_unclear": gettext_lazy("the picture of the turned head is not clear"),
    "turn_of_another": gettext_lazy("the turned head is unlike the face of the check-in"),
    "replayed_frame": gettext_lazy("the picture of the turned head was sent before"),
    "nonce_reused": gettext_lazy("the head turn belongs to another check-in"),
    "engine_away": gettext_lazy("the head turn could not be looked at"),
    "picture_missing": gettext_lazy("the picture of the turned head is missing"),
}

_TURN_ASKED: dict[str, str | Promise] = {
    Turn.LEFT: gettext_lazy("Turn your head to your left."),
    Turn.RIGHT: gettext_lazy("Turn your head to your right."),
}
_TURN_OTHER_WAY: dict[str, str | Promise] = {
    Turn.LEFT: gettext_lazy("The other way, please: to your left."),
    Turn.RIGHT: gettext_lazy("The other way, please: to your right."),
}
_TURN_SEEN: dict[str, str | Promise] = {
    "reached": gettext_lazy("Thank you. Look straight again."),
    "over": gettext_lazy("We have not seen the head turn."),
    "wait": gettext_lazy("One moment, please …"),
    "no_face": gettext_lazy("We cannot see your face. Turn a little less."),
    "several_faces": gettext_lazy("Only one person please."),
    "move_closer": gettext_lazy("Move closer."),
}


def reason(code: str) -> str:
    """Return why the check found what it found, by its code; empty for a code without words."""
    return str(FACE_REASONS.get(code) or TURN_REASONS.get(code, ""))


def frame_kind(frame: PunchFrame) -> str:
    """Return which picture of a punch it is: taken at the check-in, or with the head turned."""
    return str(FrameKind(frame.kind).label)


def turn_asked(turn: Turn) -> str:
    """Return which way somebody is asked to turn their head."""
    return str(_TURN_ASKED[turn])


def turn_seen(state: str, turn: Turn) -> str:
    """Return what to do after one look at a turning head."""
    if state == "wrong_way":
        return str(_TURN_OTHER_WAY[turn])
    return str(_TURN_SEEN.get(state) or _TURN_ASKED[turn])


def turn(state: PunchState) -> str:
    """Return what is known of the head turn behind a punch, in words; empty if none was asked."""
    if state.liveness == LivenessState.NOT_ASKED:
        return ""
    if state.liveness == LivenessState.PASSED:
        return _("head turn seen")
    if state.liveness == LivenessState.ASKED:
        return _("head turn asked for")
    return str(TURN_REASONS.get(state.liveness_reason, TURN_REASONS["turn_not_seen"]))


def refused(state: PunchState) -> str:
    """Return why the check took a punch out of every count, as a sentence."""
    if state.liveness in LivenessState.missing:
        why = turn(state)
    else:
        why = str(FACE_REASONS.get(state.face_reason, FACE_WORDS[state.face]))
    return _("This does not count: %(why)s.") % {"why": why}


ADVICE: dict[str, str | Promise] = {
    "ok": gettext_lazy("Good. Turn your head a little and hold still."),
    "done": gettext_lazy("Done, thank you."),
    "no_face": gettext_lazy("We cannot see your face. Come into the oval."),
    "several_faces": gettext_lazy("Only one person please."),
    "move_closer": gettext_lazy("Move closer."),
    "more_light": gettext_lazy("More light, please: turn towards a lamp or a window."),
    "less_light": gettext_lazy("Less light, please: turn away from the window."),
    "hold_still": gettext_lazy("Hold still."),
    "look_straight": gettext_lazy("Look straight into the camera."),
    "another_person": gettext_lazy("This looks like another person. Only you, please."),
    "bad_picture": gettext_lazy("That picture was damaged. Hold on, we take another."),
}


# Of a photo that was sent; for what is not here, the advice for live pictures holds.
UPLOAD_ADVICE: dict[str, str | Promise] = {
    "ok": gettext_lazy("Good. One more, from a little to the side."),
    "waiting": gettext_lazy("Looking at the photo …"),
    "over": gettext_lazy("The photo did not arrive. Choose it again."),
    "upload_too_late": gettext_lazy("This photo was for an earlier attempt. Choose it again."),
    "picture_heic": UploadNotReadable.sentence,
    "picture_not_image": UploadNotAPhoto.sentence,
    "picture_empty": UploadNotAPhoto.sentence,
    "picture_animated": UploadNotAPhoto.sentence,
    "picture_damaged": gettext_lazy("The photo is damaged. Choose another one."),
    "picture_too_small": gettext_lazy("The photo is too small. Send it as it was taken."),
    "picture_too_large": gettext_lazy("The photo is too large. Choose a smaller one."),
    "picture_too_many_pixels": gettext_lazy("The photo is too large. Choose a smaller one."),
    "hold_still": gettext_lazy("The photo is blurred. Choose another one."),
    "look_straight": gettext_lazy("Choose one where you look straight into the camera."),
    "move_closer": gettext_lazy("Your face is too small on it. Choose one taken from closer."),
    "no_face": gettext_lazy("We cannot see a face on it. Choose another one."),
    "several_faces": gettext_lazy("Choose one that shows only you."),
    "more_light": gettext_lazy("It is too dark. Choose one with more light on your face."),
    "less_light": gettext_lazy("It is too bright. Choose one with less light on your face."),
}


def face(state: PunchState) -> str:
    """Return what is known of the face behind a punch, in words; no scores."""
    if state.decided_at is not None and state.voided_at is None:
        return _("somebody looked at it and accepted it")
    if state.is_refused:
        return refused(state)
    if state.face_reason == "pin":
        return str(FACE_REASONS["pin"])
    words = str(FACE_WORDS[state.face])
    reason = FACE_REASONS.get(state.face_reason)
    if state.face != FaceState.VERIFIED:
        return f"{words} ({reason})" if reason else words
    if state.liveness in LivenessState.missing:
        return f"{FACE_WORDS[FaceState.REVIEW]} ({turn(state)})"
    return words


_LIKENESS: dict[tuple[str, str], str | Promise] = {
    (FaceState.VERIFIED, ""): gettext_lazy("the pictures are very alike"),
    (FaceState.REVIEW, "not_nearest"): gettext_lazy(
        "the pictures are very alike, but a colleague looks more like it"
    ),
    (FaceState.REVIEW, ""): gettext_lazy("the pictures are somewhat alike"),
    (FaceState.MISMATCH, ""): gettext_lazy("the pictures are not alike"),
}


def likeness(state: PunchState) -> str:
    """Return how alike check-in and reference are, for whoever compares them; never a score."""
    found = _LIKENESS.get((state.face, state.face_reason)) or _LIKENESS.get((state.face, ""))
    if found is not None:
        return str(found)
    if state.face == FaceState.PENDING:
        return _("the pictures are being compared")
    reason = FACE_REASONS.get(state.face_reason)
    if reason is None:
        return _("the pictures could not be compared")
    return _("could not be compared: %(reason)s") % {"reason": reason}


def evidence(state: PunchState) -> str:
    """Return what whoever decides goes by: how alike the pictures are, and a turn not seen."""
    said = [likeness(state)]
    if state.liveness in LivenessState.missing:
        said.append(turn(state))
    return "; ".join(said)


_DAY_TYPES: dict[str, str | Promise] = {
    DayType.WORKING: gettext_lazy("a working day"),
    DayType.WEEKLY_OFF: gettext_lazy("a weekly day off"),
    DayType.HOLIDAY: gettext_lazy("a holiday"),
    DayType.HALF_HOLIDAY_AM: gettext_lazy("a half holiday, morning off"),
    DayType.HALF_HOLIDAY_PM: gettext_lazy("a half holiday, afternoon off"),
}


def _named(kind: str, name: str) -> str:
    words = str(_DAY_TYPES.get(kind, kind))
    return f"{words} ({name})" if name else words


# How a value of a step is said, by its name; names mean the same in every step.
_SAY: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(
        ("starts_at", "ends_at", "at", "first_in", "last_out", "shift_start", "shift_end",
         "punched", "start", "end", "in_at"),
        clock,
    ),
    **dict.fromkeys(("opens_at", "closes_at", "until", "out_at"), _moment),
    **dict.fromkeys(
        (
            "late", "early", "worked", "presence", "breaks", "minutes", "threshold", "after",
            "due", "had",
        ),
        minutes,
    ),
    "direction": lambda value: str(Direction(value).label),
    "status": lambda value: str(DayStatus(value).label),
}  # fmt: skip

SENTENCES: dict[str, str | Promise] = {
    "not_employed": gettext_lazy("Not employed on this date."),
    "schedule": gettext_lazy(
        "Shift %(shift)s, %(starts_at)s to %(ends_at)s. "
        "Check-ins from %(opens_at)s to %(closes_at)s belong to it."
    ),
    "no_shift": gettext_lazy("No shift on this date."),
    "clock_change_gap": gettext_lazy(
        "The clocks went forward over an edge of the shift: it counts as %(at)s."
    ),
    "clock_change_fold": gettext_lazy(
        "The clocks went back over an edge of the shift: the first %(at)s counts."
    ),
    "calendar": gettext_lazy("The calendar says: %(what)s."),
    "day_off_counts": gettext_lazy("This shift judges a day off that was worked as a working day."),
    "mark": gettext_lazy("%(what)s: %(how_much)s."),
    "halves_meet": gettext_lazy("Only one half is judged; the halves meet at %(at)s."),
    "repeat": gettext_lazy("The one at %(at)s repeats the one before and counts once."),
    "direction_inferred": gettext_lazy("The one at %(at)s counts as: %(direction)s."),
    "outside_shift": gettext_lazy("The one at %(at)s lies outside any shift."),
    "auto_check_out": gettext_lazy(
        "Nobody checked out after %(in_at)s: checked out automatically at %(at)s."
    ),
    "pair": gettext_lazy("In %(in_at)s, out %(out_at)s."),
    "unpaired_in": gettext_lazy("The check-in at %(at)s has no check-out."),
    "unpaired_out": gettext_lazy("The check-out at %(at)s has no check-in."),
    "unpaired_break": gettext_lazy("The break at %(at)s was not begun or not ended."),
    "break_ended_by_out": gettext_lazy("The break at %(at)s ended with the check-out."),
    "odd_punches": gettext_lazy("%(count)s in all: one is missing or too many."),
    "overlap": gettext_lazy("Two stretches overlap; the time counts once."),
    "rounded_in": gettext_lazy("In %(punched)s counts as %(counts_as)s."),
    "rounded_out": gettext_lazy("Out %(punched)s counts as %(counts_as)s."),
    "rounded_duration": gettext_lazy("%(minutes)s counts as %(counts_as)s."),
    "break": gettext_lazy("Break %(start)s to %(end)s: %(minutes)s taken out."),
    "auto_break": gettext_lazy(
        "Above %(after)s of work at least %(due)s are a break; %(had)s were taken: "
        "%(minutes)s taken out."
    ),
    "worked_without_breaks": gettext_lazy("Worked %(worked)s."),
    "worked": gettext_lazy("Worked %(worked)s: present %(presence)s, less %(breaks)s of breaks."),
    "on_time": gettext_lazy(
        "First check-in %(first_in)s; the shift starts %(shift_start)s, grace %(grace)s min: "
        "on time."
    ),
    "late": gettext_lazy(
        "First check-in %(first_in)s; the shift starts %(shift_start)s, grace %(grace)s min: "
        "late by %(late)s."
    ),
    "left_on_time": gettext_lazy(
        "Last check-out %(last_out)s; the shift ends %(shift_end)s: not early."
    ),
    "early": gettext_lazy(
        "Last check-out %(last_out)s; the shift ends %(shift_end)s, grace %(grace)s min: "
        "early by %(early)s."
    ),
    "worked_on_leave": gettext_lazy("%(worked)s were worked in time covered by leave."),
    "covered": gettext_lazy("The whole day is covered: %(status)s."),
    "day_off": gettext_lazy("It is %(what)s: nothing is owed; %(worked)s count."),
    "nothing_planned": gettext_lazy("Neither a shift nor a check-in on this date."),
    "window_open": gettext_lazy("Still open: check-ins belong to this day until %(until)s."),
    "awaits_devices": gettext_lazy("Still open: a device has not delivered everything yet."),
    "absence_waits": gettext_lazy("Nobody checked in; an absence is written after %(until)s."),
    "before_start": gettext_lazy(
        "Nobody checked in, and Muster writes no absence before this person's first judged day."
    ),
    "no_punch": gettext_lazy("Nobody checked in: absent."),
    "unmarked": gettext_lazy("Nobody checked in; your company marks no absence by itself."),
    "incomplete_in": gettext_lazy("A check-in is missing, so the day is incomplete."),
    "incomplete_out": gettext_lazy("A check-out is missing, so the day is incomplete."),
    "incomplete_in,out": gettext_lazy(
        "A check-in and a check-out are missing, so the day is incomplete."
    ),
    "below_absent": gettext_lazy("%(worked)s is below %(threshold)s: absent."),
    "below_half_day": gettext_lazy("%(worked)s is below %(threshold)s: half a day."),
    "no_work_in_half": gettext_lazy("Nothing was worked in the half that was owed."),
    "enough": gettext_lazy("%(worked)s is enough for the whole day."),
    "status": gettext_lazy("So the day is: %(status)s (%(code)s)."),
    "manual": gettext_lazy("HR set this day by hand: %(status)s. Reason: %(reason)s."),
    "skipped": gettext_lazy("HR skipped this day. Reason: %(reason)s."),
}


def _variant(code: str, values: Values) -> str:
    """Return which of a code's sentences fits."""
    if code == "clock_change":
        return f"{code}_{values['change']}"
    if code == "incomplete":
        return f"{code}_{values['missing']}"
    if code == "worked" and not values["breaks"]:
        return "worked_without_breaks"
    return code


def _spoken(code: str, values: Values) -> dict[str, str]:
    said = {
        name: _SAY[name](value) if name in _SAY and value not in (None, "") else str(value)
        for name, value in values.items()
    }
    if code in ("calendar", "day_off"):
        said["what"] = _named(values["kind"], values["name"])
    if code == "mark":
        said["what"] = f"{MarkKind(values['kind']).label} {values['code']}".strip()
        is_hours = values["portion"] == Portion.HOURS
        said["how_much"] = (
            f"{said['start']}–{said['end']}" if is_hours else str(Portion(values["portion"]).label)
        )
    if code.startswith("rounded"):
        as_said = minutes if code == "rounded_duration" else clock
        said["counts_as"] = as_said(values["counts_as"])
    if code == "pair" and values["in_at"][:10] == values["out_at"][:10]:
        said["out_at"] = clock(values["out_at"])
    return said


def sentence(code: str, values: Values) -> str:
    """Return one step in words.

    Raises:
        KeyError: a code that `attendance.rules.steps` does not list.
    """
    return str(SENTENCES[_variant(code, values)]) % _spoken(code, values)


def sentences(row: AttendanceDay) -> list[str]:
    """Return why the day was judged so, in order."""
    return [sentence(step["code"], step["values"]) for step in row.steps]


def _first_step(row: AttendanceDay, *wanted: str) -> dict[str, Any] | None:
    return next((step for step in row.steps if step["code"] in wanted), None)


def verdict(row: AttendanceDay | None) -> str:
    """Return the day in one line: "On time (shift 09:00, grace 10 min)"."""
    if row is None:
        return _("Recorded")
    step = _first_step(row, "on_time", "late")
    if step is not None:
        values = step["values"]
        facts = _("shift %(start)s, grace %(grace)d min") % {
            "start": clock(values["shift_start"]), "grace": values["grace"],
        }  # fmt: skip
        words = (
            _("On time")
            if step["code"] == "on_time"
            else _("Late by %(late)s") % {"late": minutes(values["late"])}
        )
        return f"{words} ({facts})"
    if row.status:
        return str(DayStatus(row.status).label)
    if _first_step(row, "outside_shift"):
        return _("Outside any shift")
    return _("Recorded")
