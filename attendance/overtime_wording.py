"""The sentences of overtime: steps, parts and rules in the reader's words, with their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import wording
from attendance.rules.overtime.types import OvertimePolicy, OvertimeRule
from companies.enums import (
    Compensation,
    OvertimeApproval,
    OvertimeBasis,
    OvertimeDays,
    ToleranceScope,
)

Values = Mapping[str, Any]

SENTENCES: dict[str, str | Promise] = {
    "policy": gettext_lazy("The policy “%(name)s” holds."),
    "by_hand": gettext_lazy("HR set the day by hand, so its check-ins count for nothing."),
    "no_schedule": gettext_lazy("%(rule)s: there is no shift on this date, so nothing exceeds it."),
    "open_pair": gettext_lazy("A check-in without a check-out gives nothing."),
    "breaks_kept": gettext_lazy("%(minutes)s of break are not taken out on a day off."),
    "before_start": gettext_lazy("%(minutes)s before the start at %(start)s count for nothing."),
    "split": gettext_lazy("Time after midnight counts on its own date."),
    "target": gettext_lazy("%(rule)s: %(worked)s worked of %(target)s."),
    "week": gettext_lazy("%(rule)s: %(worked)s worked this week of %(target)s."),
    "within": gettext_lazy("%(rule)s: %(minutes)s worked at such times."),
    "ignored": gettext_lazy(
        "%(rule)s: %(minutes)s are not above the tolerance of %(tolerance)s, so they do not count."
    ),
    "edge_ignored.start": gettext_lazy(
        "%(rule)s: %(minutes)s before the start are not above the tolerance of %(tolerance)s."
    ),
    "edge_ignored.end": gettext_lazy(
        "%(rule)s: %(minutes)s after the end are not above the tolerance of %(tolerance)s."
    ),
    "edge_forgiven.start": gettext_lazy(
        "%(rule)s: %(minutes)s missing at the start are forgiven, up to %(tolerance)s."
    ),
    "edge_forgiven.end": gettext_lazy(
        "%(rule)s: %(minutes)s missing at the end are forgiven, up to %(tolerance)s."
    ),
    "forgiven": gettext_lazy("%(rule)s: %(minutes)s missing are forgiven, up to %(tolerance)s."),
    "covered": gettext_lazy("%(rule)s: %(minutes)s were counted by another rule already."),
    "capped": gettext_lazy("%(rule)s: of %(minutes)s at most %(cap)s a day count."),
    "part": gettext_lazy("%(rule)s: %(minutes)s extra at %(rate)s %%, %(banked)s."),
    "span": gettext_lazy("%(start)s to %(end)s: %(minutes)s."),
    "short": gettext_lazy("%(minutes)s less than owed; the company does not count that."),
    "missing": gettext_lazy("%(minutes)s are missing."),
    "nothing": gettext_lazy("Nothing is extra and nothing is missing."),
}

_LENGTHS = ("minutes", "worked", "target", "tolerance", "cap")


def sentence(code: str, values: Values) -> str:
    """Return one step in words.

    Raises:
        KeyError: a code that `attendance.rules.overtime.steps` does not list.
    """
    name = f"{code}.{values['edge']}" if "edge" in values else code
    return str(SENTENCES[name]) % _spoken(values)


def _spoken(values: Values) -> dict[str, Any]:
    spoken = dict(values)
    for key in _LENGTHS:
        if key in values:
            spoken[key] = wording.minutes(values[key])
    for key in ("start", "end"):
        if key in values:
            spoken[key] = wording.clock(values[key])
    if "banked" in values:
        spoken["banked"] = compensation(is_banked=values["banked"])
    return spoken


def compensation(*, is_banked: bool) -> str:
    """Return what becomes of extra minutes: "paid", "as time off"."""
    return _("as time off") if is_banked else _("paid")


# --- a policy -------------------------------------------------------------------------------------
def rule_words(rule: OvertimeRule) -> str:
    """Return a rule as people say it: "Worked beyond the shift, 150 %, paid; above 15 min"."""
    kind = _("as time off") if rule.compensation == Compensation.BANKED else _("paid")
    words = [f"{_taken(rule)}: {rule.rate_percent} %, {kind}"]
    by_edge = rule.tolerance == ToleranceScope.EDGE
    if rule.employer_tolerance_minutes:
        form = (
            _("only above %(minutes)s at the start or the end")
            if by_edge
            else _("only above %(minutes)s")
        )
        words.append(form % {"minutes": wording.minutes(rule.employer_tolerance_minutes)})
    if rule.employee_tolerance_minutes:
        words.append(
            _("up to %(minutes)s missing are forgiven")
            % {"minutes": wording.minutes(rule.employee_tolerance_minutes)}
        )
    if rule.daily_cap_minutes is not None:
        words.append(
            _("at most %(minutes)s a day") % {"minutes": wording.minutes(rule.daily_cap_minutes)}
        )
    return "; ".join(words)


def _taken(rule: OvertimeRule) -> str:
    if rule.start is not None and rule.end is not None:
        form = {
            OvertimeDays.WORKING: _("%(start)s to %(end)s on working days"),
            OvertimeDays.OFF: _("%(start)s to %(end)s on days off and holidays"),
            OvertimeDays.ALL: _("%(start)s to %(end)s on all days"),
        }[rule.days]
        return form % {"start": f"{rule.start:%H:%M}", "end": f"{rule.end:%H:%M}"}
    if rule.beyond_minutes is not None:
        form = (
            _("What is worked beyond %(minutes)s a day")
            if rule.basis == OvertimeBasis.DAY
            else _("What is worked beyond %(minutes)s a week")
        )
        return form % {"minutes": wording.minutes(rule.beyond_minutes)}
    return {
        OvertimeBasis.DAY: _("What is worked beyond the day's shift"),
        OvertimeBasis.WEEK: _("What is worked beyond the week's shifts"),
        OvertimeBasis.OUTSIDE_SCHEDULE: _("What is worked outside the shift"),
        OvertimeBasis.DAYS_OFF: _("What is worked on days off and holidays"),
    }[rule.basis]


def policy_words(policy: OvertimePolicy) -> list[str]:
    """Return a policy in sentences, its rules first."""
    words = [f"{rule.name} – {rule_words(rule)}." for rule in policy.rules]
    if not policy.rules:
        words.append(_("Nothing is ever extra."))
    if not policy.count_before_start:
        words.append(_("Minutes before the start of a working day count for nothing."))
    words.append(
        _("Missing minutes are counted too.")
        if policy.tracks_missing
        else _("A short day counts as nothing missing.")
    )
    if policy.is_split:
        words.append(_("Time after midnight counts on its own date."))
    words.append(
        _("Minutes count once the manager has approved them.")
        if policy.approval == OvertimeApproval.MANAGER
        else _("Minutes count by themselves.")
    )
    return words


def figures(extra: int, missing: int) -> str:
    """Return "1 h 20 min extra", "30 min missing", both, or "nothing"."""
    words = []
    if extra:
        words.append(_("%(minutes)s extra") % {"minutes": wording.minutes(extra)})
    if missing:
        words.append(_("%(minutes)s missing") % {"minutes": wording.minutes(missing)})
    return ", ".join(words) or _("nothing")


def sentences(steps: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return why a figure is as it is, in order."""
    return [sentence(step["code"], step["values"]) for step in steps]
