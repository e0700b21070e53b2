"""The form "this is wrong": its shape; the rules say what may be asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.enums import CorrectionKind
from attendance.errors import NoSuchTime
from attendance.fields import DayField
from attendance.rules import byhand
from attendance.rules.byhand import Wall
from attendance.rules.corrections import MARKS, Wanted
from attendance.rules.errors import InvalidInput
from attendance.rules.types import Tap
from attendance.rules.zones import DAY
from attendance.selectors.correction_scenes import Scene

# So many stretches somebody may add at once; a day in more pieces is asked for in two requests.
ROWS: Final = (1, 2)
_NO_TIME = _("Write the time as 17:30.")


def _time() -> forms.TimeField:
    return forms.TimeField(required=False, error_messages={"invalid": _NO_TIME})


class CorrectionForm(forms.Form):
    """What is wrong with a date: times, or where somebody was, for one day or up to another."""

    kind = forms.ChoiceField(
        choices=[(kind, kind) for kind in (CorrectionKind.PUNCHES, *MARKS)],
        error_messages={"required": _("Choose what is wrong.")},
    )
    voids = forms.MultipleChoiceField(
        required=False,
        error_messages={
            "invalid_choice": _("A time you ticked counts for this day no more. Look again.")
        },
    )
    in_1, out_1, in_2, out_2 = _time(), _time(), _time(), _time()
    next_1, next_2 = forms.BooleanField(required=False), forms.BooleanField(required=False)
    last_on = DayField(required=False)
    with_days_off = forms.BooleanField(required=False)
    note = forms.CharField(max_length=300, error_messages={"required": _("Please give a reason.")})

    attachment = forms.FileField(required=False, allow_empty_file=True)

    def __init__(self, *args: Any, scene: Scene, date: dt.date, **more: Any) -> None:
        super().__init__(*args, **more)
        self._scene, self._date = scene, date
        standing = [str(state.punch_public_id) for state in scene.standing_on(date)]
        field: Any = self.fields["voids"]
        field.choices = [(key, key) for key in standing]

    def wanted(self) -> Wanted:
        """Return what is asked for; the form is valid.

        Raises:
            NoSuchTime
        """
        found, kind = self.cleaned_data, CorrectionKind(self.cleaned_data["kind"])
        if kind in MARKS:
            return Wanted(
                kind=kind, first=self._date, last=found["last_on"] or self._date,
                with_days_off=found["with_days_off"],
            )  # fmt: skip
        try:
            added = tuple(self._added())
        except InvalidInput as error:
            raise NoSuchTime(**error.values) from None
        return Wanted(
            kind=kind, first=self._date, last=self._date, added=added,
            voided=frozenset(found["voids"]),
        )  # fmt: skip

    def _added(self) -> Iterator[Tap]:
        """Give the punches of each row; an out before its in is the day after."""
        for number in ROWS:
            date = self._date + DAY if self.cleaned_data[f"next_{number}"] else self._date
            zone = self._scene.calendar.zone_on(date)
            walls = [self.cleaned_data[f"{name}_{number}"] for name in ("in", "out")]
            starts, ends = (None if time is None else Wall(time) for time in walls)
            for at, direction in byhand.presence(date, starts, ends, zone):
                yield Tap(f"{number}:{direction}", at, direction)
