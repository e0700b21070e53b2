"""The form of what a scenario says of leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from attendance.rules.types import WEEKDAYS
from attendance.simulate.forms import Either, Key, ListOf, Named, OneOf, OrNull, Record
from attendance.simulate.knobs import keys_of
from attendance.simulate.spot import Form, Schema, Spot, shown
from attendance.simulate.values import Amount, Choice, Clock, Date, Flag, Text, Whole
from leave.enums import Frequency, Taken
from leave.rules.accrual import After, First, Milestone, Moment, Switch
from leave.rules.amounts import STEPS
from leave.rules.asking import TypeRules
from leave.rules.carrying import CarryRule

MOST_DAYS: Final = 3660


class Step:
    """What an amount is rounded to: "0.25", "0.5" or 1."""

    def read(self, spot: Spot) -> Decimal | None:
        value = spot.node.value
        if not isinstance(value, bool) and value in self.schema()["enum"]:
            return Decimal(str(value))
        spot.wrong(f"not one of {', '.join(map(str, STEPS))}: {shown(spot.node)}")
        return None

    def schema(self) -> Schema:
        return {"enum": [*map(str, STEPS), 1]}


def _must(form: Form) -> Key:
    return Key(form, is_required=True)


def _words(enum: Any) -> Choice:
    return Choice(tuple(str(item.value) for item in enum))


_FROM = {"from": Key(Date())}
_WHO = {"person": _must(Text()), "type": _must(Text())}
_NAMES = ListOf(Text(), is_distinct=True)
_MONTH_DAY = {"month": _must(Whole(1, 12)), "day": _must(Whole(1, 31))}
_AFTER = Record(keys_of(After))

_APPROVERS = ListOf(
    Record(
        {
            "by": _must(ListOf(Text(), least=1, is_distinct=True)),
            "above": Key(Amount(), default=None),
        }
    )
)
_TYPE = ListOf(
    Record(
        {
            **_FROM,
            **keys_of(TypeRules, without={"needs_allocation"}),
            "draws_on": Key(Text()),
            "hours_per_day": Key(Amount()),
            "chain": Key(_APPROVERS),
            "code": Key(Text(least=0)),
            "paid": Key(Flag()),
            "keeps": Key(Amount()),
            "most_encashed": Key(OrNull(Amount())),
            "comp_off_valid_days": Key(OrNull(Whole(1, MOST_DAYS))),
        }
    ),
    least=1,
)
_MILESTONE = Record(
    {
        **keys_of(Milestone, without={"carry", "after", "step"}),
        "after": Key(_AFTER),
        "step": Key(OrNull(Step())),
        "carry": Key(Record(keys_of(CarryRule))),
    }
)
_PLAN_VERSION = Record(
    {
        **_FROM,
        "frequency": _must(_words(Frequency)),
        "weekday": Key(Choice(WEEKDAYS)),
        "days": Key(Either(Choice(("joining",)), ListOf(Whole(1, 31), least=1, is_distinct=True))),
        "month": Key(Whole(1, 12)),
        "moment": Key(_words(Moment)),
        "milestones": _must(ListOf(_MILESTONE, least=1)),
        "first": Key(_words(First)),
        "switch": Key(_words(Switch)),
        "waits": Key(_AFTER),
        "by_worked_time": Key(Flag()),
        "carry_on": Key(OrNull(Either(Choice(("anniversary",)), Record(_MONTH_DAY)))),
    }
)
_ASSIGNED = Record(
    {
        "person": _must(Text()),
        "from": Key(Date()),
        "to": Key(OrNull(Date()), default=None),
        "counts_from": Key(Choice(("start", "joining")), default="start"),
    }
)
_PLAN = Record(
    {
        "type": _must(Text()),
        "for": Key(Either(Choice(("everyone",)), ListOf(_ASSIGNED)), default="everyone"),
        "ends_on": Key(OrNull(Date()), default=None),
        "versions": _must(ListOf(_PLAN_VERSION, least=1)),
    }
)
_GIVEN = {"key": Key(Text()), **_WHO, "entered_on": Key(Date())}
_REASON = {"reason": Key(Text(least=0), default="")}
_ALLOCATION = OneOf(
    {
        "grant": Record(
            {
                **_GIVEN,
                "amount": _must(Amount()),
                "from": _must(Date()),
                "to": Key(OrNull(Date()), default=None),
                "is_carried": Key(Flag(), default=False),
                "is_protected": Key(Flag(), default=False),
                "carries": Key(Record(keys_of(CarryRule))),
                "plan": Key(Text()),
                "yearly": Key(
                    Record(
                        {
                            "by_joining": Key(Flag(), default=False),
                            "by_leaving": Key(Flag(), default=False),
                            "by_months": Key(Flag(), default=False),
                            "step": Key(OrNull(Step()), default=None),
                        }
                    )
                ),
                **_REASON,
            }
        ),
        "adjustment": Record(
            {
                **_GIVEN,
                "adjusts": Key(Text()),
                "amount": _must(Amount(is_signed=True)),
                "on": _must(Date()),
                **_REASON,
            }
        ),
        "comp_off": Record(
            {**_GIVEN, "worked_on": _must(Date()), "amount": Key(Amount()), **_REASON}
        ),
        "encashment": Record(
            {
                **_GIVEN,
                "amount": _must(Amount()),
                "on": _must(Date()),
                "rate": Key(Amount(), default=None),
                **_REASON,
            }
        ),
    }
)
_ASKED_FOR = {
    "from": _must(Date()),
    "to": Key(Date()),
    "part": Key(_words(Taken)),
    "first_part": Key(_words(Taken)),
    "last_part": Key(_words(Taken)),
    "start": Key(Clock()),
    "end": Key(Clock()),
    "hours": Key(Amount()),
}
_ON = {"on": _must(Date())}
_STEP = OneOf(
    {
        "approve": Record({**_ON, "by": Key(Text())}),
        "refuse": Record({**_ON, "reason": _must(Text())}),
        "withdraw": Record(_ON),
        "cancel": Record(_ON),
        "change": Record({**_ON, **_ASKED_FOR}),
    }
)
_REQUEST = Record(
    {
        "key": Key(Text()),
        **_WHO,
        **_ASKED_FOR,
        "submitted_on": Key(Date()),
        "state": Key(Choice(("pending", "approved")), default="pending"),
        "attachment": Key(Flag(), default=False),
        "converts": Key(Flag(), default=False),
        "then": Key(ListOf(_STEP), default=[]),
    }
)
_BLOCK = Record(
    {
        "name": Key(Text(least=0), default=""),
        "from": _must(Date()),
        "to": Key(Date()),
        "types": Key(_NAMES, default=[]),
        "departments": Key(_NAMES, default=[]),
        "exempt": Key(_NAMES, default=[]),
        "entered_on": Key(Date()),
    }
)
_CLOSURE = Record(
    {
        "key": Key(Text()),
        "name": Key(Text(least=0), default=""),
        "type": _must(Text()),
        "from": _must(Date()),
        "to": Key(Date()),
        "booked_on": Key(Date()),
        "exempt": Key(_NAMES, default=[]),
    }
)

KEYS: Final[Mapping[str, Key]] = {
    "leave_year": Key(
        Record(_MONTH_DAY), default=None, about="The day on which every leave year starts.",
    ),
    "departments": Key(
        Named(Record({"under": Key(OrNull(Text()), default=None)})), default={},
        about="Departments, each under another or under none.",
    ),
    "leave_types": Key(Named(_TYPE), default={}, about="The knobs of each type from a date."),
    "plans": Key(Named(_PLAN), default={}, about="Who earns which leave, how much and when."),
    "allocations": Key(
        ListOf(_ALLOCATION), default=[],
        about="What HR enters: grants, adjustments, days earned by work on a day off, payments.",
    ),
    "blocks": Key(ListOf(_BLOCK), default=[], about="Dates on which leave is blocked."),
    "closures": Key(
        ListOf(_CLOSURE), default=[], about="Days on which the company sends everybody on leave.",
    ),
    "requests": Key(
        ListOf(_REQUEST), default=[], about="Who asked for which days, and what became of it.",
    ),
}  # fmt: skip
PERSON_KEYS: Final[Mapping[str, Key]] = {
    "employment_type": Key(Text(least=0), default=""),
    "department": Key(OrNull(Text()), default=None),
}
_ONE = {**_WHO, "on": Key(Date())}
_SPAN = {"from": _must(Date()), "to": _must(Date())}
DEDUCTED: Final = "deducted-per-month"
REPORTS: Final[Sequence[str]] = ("leave-balances", "leave-ledger", DEDUCTED)
REPORT_KEYS: Final[Mapping[str, Key]] = {"type": Key(Text())}
QUESTIONS: Final[Mapping[str, Form]] = {
    "balance": Record({**_ONE, "to": Key(Date())}),
    "forecast": Record({**_WHO, "on": _must(Date())}),
    "next_loss": Record(_ONE),
    "ledger": Record({**_WHO, "from": Key(Date()), "to": Key(Date())}),
    "year": Record({**_WHO, "on": Key(Date()), "from": Key(Date()), "to": Key(Date())}),
    "carry_over": Record({**_WHO, "on": _must(Date())}),
    "plan": Record({"person": _must(Text()), "plan": _must(Text()), **_SPAN}),
    "count": Record({**_WHO, **_ASKED_FOR}),
    "request": Record({"key": _must(Text())}),
    "requests": Record({"person": Key(Text())}),
    "allocations": Record({"person": Key(Text())}),
}
