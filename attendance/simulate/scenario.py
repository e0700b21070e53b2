"""The form of a scenario: every key that a file may hold, and what stands under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from attendance.enums import DayStatus, Direction, MarkKind, Portion, Source
from attendance.rules.overtime.types import OvertimePolicy
from attendance.rules.person import Employment, Place
from attendance.rules.settings import CompanyPolicy, CorrectionLimits, OfficeSettings
from attendance.rules.types import Pattern, Policy
from attendance.simulate import document
from attendance.simulate.forms import (
    Either,
    Key,
    ListOf,
    Named,
    OneOf,
    OrNull,
    Record,
    Reserved,
    Row,
)
from attendance.simulate.knobs import A_DAY, keys_of
from attendance.simulate.problems import Problems, UnsupportedScenario, WrongScenario
from attendance.simulate.spot import Form, Schema, Spot
from attendance.simulate.values import (
    Choice,
    Clock,
    Date,
    DateNotInstant,
    Flag,
    Moment,
    Money,
    Month,
    Text,
    Whole,
)
from companies.enums import CalendarKind, StipendPer

SCHEMA: Final = 1
MOST_WORKING_DAYS: Final = 1000
# Settings of a company that no day is judged by; its rules stand beside the others.
NOT_OF_RULES: Final = frozenset(
    {
        "rules",
        "allows_unchecked",
        "auto_lock_days",
        "corrections",
        "face_failure",
        "liveness",
        "offers_breaks",
        "overtime_policy",
        "photo_retention_days",
    }
)


def _must(form: Form) -> Key:
    return Key(form, is_required=True)


def _words(enum: Any) -> Choice:
    return Choice(tuple(enum.values))


def _optional(keys: dict[str, Key]) -> dict[str, Key]:
    return {name: Key(key.form) for name, key in keys.items()}


_FROM = {"from": Key(Date())}
_FOLD = Key(Choice(("first", "second")))
_PUNCH = {"at": _must(Moment()), "fold": _FOLD, "direction": Key(_words(Direction))}

_OVERTIME_POLICY = {"overtime_policy": Key(OrNull(Text()))}

_SETTINGS = Record(
    {
        **_optional(keys_of(CompanyPolicy, without=NOT_OF_RULES)),
        **keys_of(Policy, without={"version_id"}),
        **_optional(keys_of(CorrectionLimits)),
        **_OVERTIME_POLICY,
    }
)
_CALENDAR = Record(
    {
        "for": Key(
            Either(
                Choice(("placed", "everyone")),
                Record({"country": _must(Text()), "region": Key(Text())}),
            ),
            default="placed",
        ),
        "versions": Key(
            ListOf(Record({**_FROM, **_optional(keys_of(OfficeSettings))})),
            default=[],
        ),
        "days": Key(
            ListOf(
                Record(
                    {
                        "key": Key(Text()),
                        "date": _must(Date()),
                        "kind": _must(_words(CalendarKind)),
                        "name": Key(Text(least=0), default=""),
                        "added_on": Key(Date()),
                    }
                )
            ),
            default=[],
        ),
    }
)
_SHIFT = ListOf(
    Record(
        {
            **_FROM,
            **keys_of(Pattern, without={"shift_id", "version_id", "name"}),
            **_OVERTIME_POLICY,
        }
    ),
    least=1,
)
_OVERTIME = ListOf(
    Record({**_FROM, **keys_of(OvertimePolicy, without={"policy_id", "version_id", "name"})}),
    least=1,
)
_PLACE = Record(
    {
        **_FROM,
        "calendar": Key(Text()),
        "shift": Key(Text()),
        **keys_of(Place, without={"office_id", "default_shift_id", "overtime_policy_id"}),
        **_OVERTIME_POLICY,
    }
)
_STIPEND = Record(
    {
        "from": _must(Date()),
        "to": _must(Date()),
        "per": _must(Choice((StipendPer.DAY.value, StipendPer.MONTH.value))),
        "amount": _must(Money()),
    }
)
_PERSON = {
    **keys_of(Employment),
    "places": Key(ListOf(_PLACE), default=[]),
    "picked": Key(ListOf(Text(), is_distinct=True), default=[]),
    "stipends": Key(ListOf(_STIPEND), default=[]),
}
_ASSIGNMENT = Record(
    {
        "person": _must(Text()),
        "shift": _must(Text()),
        "from": _must(Date()),
        "to": Key(OrNull(Date()), default=None),
    }
)
_MARK = Record(
    {
        "key": Key(Text()),
        "person": _must(Text()),
        "date": _must(Date()),
        "kind": _must(_words(MarkKind)),
        "portion": Key(_words(Portion)),
        "start": Key(OrNull(Clock())),
        "end": Key(OrNull(Clock())),
        "code": Key(Text(least=0)),
        "paid": Key(Flag()),
    }
)
_REASON = {"reason": _must(Text())}
_DAY = {"person": _must(Text()), "date": _must(Date()), **_REASON}
_CORRECTION = OneOf(
    {
        "verdict": Record(
            {
                **_DAY,
                "status": _must(_words(DayStatus)),
                "code": Key(Text(least=0)),
                "worked_minutes": Key(Whole(0, 2 * A_DAY)),
            }
        ),
        "skip": Record(_DAY),
        "add": Record(
            {
                "person": _must(Text()),
                "punches": _must(ListOf(Record({"key": Key(Text()), **_PUNCH}), least=1)),
                **_REASON,
            }
        ),
        "void": Record({"punch": _must(Text()), **_REASON}),
        "request": Record(
            {
                "person": _must(Text()),
                "kind": _must(Choice(("punches", "on_duty", "work_from_home"))),
                "from": _must(DateNotInstant()),
                "to": Key(DateNotInstant()),
                "with_days_off": Key(Flag(), default=False),
                "add": Key(ListOf(Record({"key": Key(Text()), **_PUNCH})), default=[]),
                "void": Key(ListOf(Text(), is_distinct=True), default=[]),
                "asked": Key(DateNotInstant()),
                "decision": Key(Choice(("waiting", "approved", "refused")), default="waiting"),
                **_REASON,
            }
        ),
        "overtime": Record(
            {
                **_DAY,
                "outcome": _must(Choice(("approved", "set", "refused"))),
                "extra_minutes": Key(Whole(0, 2 * A_DAY)),
                "missing_minutes": Key(Whole(0, 2 * A_DAY)),
            }
        ),
    }
)
_SPAN = {"from": _must(Date()), "to": _must(Date())}
_ASK: dict[str, Form] = {
    "days": Record({"person": Key(Text()), **_SPAN}),
    "working_days_between": Record(
        {**_SPAN, "person": _must(Text()), "counts_first": Key(Flag(), default=False)}
    ),
    "working_days_on": Record(
        {
            "person": _must(Text()),
            "date": _must(Date()),
            "n": _must(Whole(-MOST_WORKING_DAYS, MOST_WORKING_DAYS)),
        }
    ),
    "corrections": Record({"person": Key(Text())}),
    "late_arrivals": Record({"person": Key(Text()), "month": _must(Month())}),
    "overtime": Record({"person": Key(Text()), **_SPAN}),
    "payable": Record({"person": Key(Text()), "month": _must(Month())}),
    "sheet": Record({"person": Key(Text()), "month": _must(Month())}),
    "report": Reserved(),
}
# The reports of attendance; other parts bring more of them.
UNMARKED: Final = "unmarked-days"
REPORTS: Final = (
    UNMARKED, "summary", "late-and-early", "missing-punches", "days-off-worked", "shifts",
    "headcount", "expected-and-actual",
)  # fmt: skip
REPORT_KEYS: Final = {**_SPAN, "person": Key(Text()), "with_days_off": Key(Flag())}
# What other parts read, or later versions: leave, months.
RESERVED: Final = (
    "schedules", "leave_types", "plans", "allocations", "requests",
)  # fmt: skip


class Extension(Protocol):
    """What a part of the product that stands above attendance adds to the form."""

    keys: Mapping[str, Key]  # beside `people`; one of them may be reserved here
    person_keys: Mapping[str, Key]
    questions: Mapping[str, Form]
    reports: Sequence[str]
    report_keys: Mapping[str, Key]


def form_of(parts: Sequence[Extension] = ()) -> Record:
    """The form of a scenario with what these parts add."""
    keys, person, asked = dict(_KEYS), dict(_PERSON), dict(_ASK)
    ask = keys.pop("ask")
    reports, report_keys = [*REPORTS], dict(REPORT_KEYS)
    for part in parts:
        for name, key in part.keys.items():
            keys.pop(name, None)
            keys[name] = key
        person |= part.person_keys
        asked |= part.questions
        reports += part.reports
        report_keys |= part.report_keys
    asked["report"] = Record({"name": _must(Choice(tuple(reports))), **report_keys})
    keys["people"] = replace(keys["people"], form=Named(Record(person)))
    return Record({**keys, "ask": replace(ask, form=ListOf(OneOf(asked), least=1))})


_KEYS: Final[dict[str, Key]] = {
    "schema": Key(Whole(SCHEMA, SCHEMA), is_required=True, about="The number of this form."),
    "now": Key(
        Moment(), is_required=True,
        about="The instant of judging; without an offset in the company's zone.",
    ),
    "changes": Key(
        ListOf(Record({"from": _must(DateNotInstant()), "settings": _must(_SETTINGS)})),
        default=[], about="The company's settings from a date; what is not named stays.",
    ),
    "calendars": Key(
        Named(_CALENDAR), default={}, about="Where people stand: zone, days off, holidays.",
    ),
    "shifts": Key(Named(_SHIFT), default={}, about="The knobs of each shift from a date."),
    "overtime": Key(
        Named(_OVERTIME), default={}, about="Policies of extra and missing minutes from a date.",
    ),
    "people": Key(Reserved(), is_required=True, about="Who works here, from when, where."),
    "roster": Key(
        ListOf(_ASSIGNMENT), default=[], about="Who works which shift, from when to when.",
    ),
    "punches": Key(
        ListOf(
            Record({"key": Key(Text()), "person": _must(Text()), **_PUNCH,
                    "source": Key(_words(Source))})
        ),
        default=[], about="When somebody came and went.",
    ),
    "marks": Key(
        ListOf(_MARK), default=[], about="Leave, on duty, work from home on a date.",
    ),
    "corrections": Key(
        ListOf(_CORRECTION), default=[],
        about="What HR did by hand: verdicts, skipped days, punches added and voided; what "
        "people asked to have corrected.",
    ),
    "periods": Key(
        ListOf(Record({"month": _must(Month()), "locked_on": _must(Date())})),
        default=[], about="Months that were locked, and when; leave asked for after is refused.",
    ),
    "ask": Key(Reserved(), is_required=True, about="What to print."),
    **{name: Key(Reserved()) for name in RESERVED},
}  # fmt: skip
SCENARIO: Final = form_of()


def read(text: str, form: Record = SCENARIO) -> Row:
    """The rows of a scenario.

    Raises `WrongScenario` with everything that is wrong with its form; else
    `UnsupportedScenario`, where it uses what is reserved.
    """
    problems = Problems()
    root = document.read(text, problems)
    if root is None:
        raise WrongScenario(problems)
    scenario = form.read(Spot(root, "", problems))
    if problems.found:
        raise WrongScenario(problems)
    if problems.unsupported:
        raise UnsupportedScenario(problems)
    return scenario


def schema(form: Record = SCENARIO) -> Schema:
    """The form as a JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario for manage.py simulate",
        **form.schema(),
    }
