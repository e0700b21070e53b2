"""A stretch of one person's dates: which row owns each punch, and what each row is judged by.

The product and `simulate` both judge through this; what differs is where the facts come from.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from attendance.rules import windows
from attendance.rules.person import PersonCalendar
from attendance.rules.types import DayInput, Occurrence, Owner, Policy, Tap

# How far from a date the punches lie that decide its row: a presence of two days, a shift and a
# window of a day each, a day between zones, and one more to know who was in when all that began.
REACH = dt.timedelta(days=6)


def dates(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every date from `first` to `last`, both included."""
    return (first + dt.timedelta(days=n) for n in range((last - first).days + 1))


@dataclass(slots=True)
class Stretch:
    """The dates from `first` to `last`, and the punches up to `REACH` around them.

    `taps` were not voided. `kept` is what settled rows were judged by: they keep shift, zone,
    policy and calendar, only punches, marks and verdicts by hand may differ. `fixed` are owners
    that stand already.
    """

    calendar: PersonCalendar
    first: dt.date
    last: dt.date
    taps: tuple[Tap, ...] = ()
    kept: Mapping[dt.date, DayInput] = field(default_factory=dict)
    fixed: Mapping[str, Owner] = field(default_factory=dict)

    def policy_on(self, date: dt.date) -> Policy:
        """The settings for the row of a date; a settled one keeps its own."""
        kept = self.kept.get(date)
        return kept.policy if kept else self.calendar.policy_on(date).rules

    def owners(self) -> dict[str, Owner]:
        """The row of each punch, by the key of the punch."""
        return windows.attribute(
            self.taps,
            self._untrimmed(),
            zone_of=self.calendar.zone_at,
            policy_on=self.policy_on,
            fixed=self.fixed,
        )

    def inputs(self, owners: Mapping[str, Owner]) -> Iterator[DayInput]:
        """What each row from `first` to `last` is judged by."""
        occurrences = {item.date: item for item in windows.trim(self._untrimmed())}
        by_date = windows.rows_of(self.taps, owners)
        for date in dates(self.first, self.last):
            taps, outside = by_date.get(date, ((), ()))
            yield self._input(date, occurrences.get(date), taps, outside)

    def blank(self, date: dt.date) -> DayInput:
        """What a date would be judged by if nobody had punched on it."""
        return self._input(date, self.calendar.occurrence_on(date), (), ())

    def _untrimmed(self) -> list[Occurrence]:
        """The occurrences of the dates and their neighbours, their windows whole.

        A settled row keeps its shift and zone. Its stored window was cut by its neighbours
        already: cut once more it would lose another minute.
        """
        return list(self._occurrences())

    def _occurrences(self) -> Iterable[Occurrence]:
        for date in dates(self.first - REACH, self.last + REACH):
            kept = self.kept.get(date)
            if kept is None:
                found = self.calendar.occurrence_on(date)
            elif kept.occurrence is not None:
                found = windows.occurrence(date, kept.occurrence.pattern, kept.occurrence.zone)
            else:
                continue
            if found is not None:
                yield found

    def _input(
        self,
        date: dt.date,
        occurrence: Occurrence | None,
        taps: tuple[Tap, ...],
        outside: tuple[str, ...],
    ) -> DayInput:
        calendar = self.calendar
        marks, manual = calendar.marks_on(date), calendar.manual_on(date)
        kept = self.kept.get(date)
        if kept is not None:
            return replace(kept, taps=taps, outside_keys=outside, marks=marks, manual=manual)
        return DayInput(
            date=date,
            zone=calendar.zone_on(date),
            occurrence=occurrence,
            taps=taps,
            outside_keys=outside,
            day_kind=calendar.day_kind_on(date),
            marks=marks,
            employed=calendar.employment.holds_on(date),
            is_tracked=calendar.employment.is_judged_on(date),
            policy=calendar.policy_on(date).rules,
            calendar_revision=calendar.settings.revision,
            manual=manual,
        )
