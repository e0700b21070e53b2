"""The reports of attendance, as `portal.reports` lists them."""

from attendance.reports.lists import (
    LateAndEarly,
    MissingPunches,
    Shifts,
    UnmarkedDays,
    WorkedOnDaysOff,
)
from attendance.reports.overtime import Overtime
from attendance.reports.payable import PayableDays
from attendance.reports.roll import MusterRoll
from attendance.reports.sample import Sample
from attendance.reports.stipend import StipendDays
from attendance.reports.sums import ExpectedAndActual, Headcount, Summary

__all__ = [
    "ExpectedAndActual",
    "Headcount",
    "LateAndEarly",
    "MissingPunches",
    "MusterRoll",
    "Overtime",
    "PayableDays",
    "Sample",
    "Shifts",
    "StipendDays",
    "Summary",
    "UnmarkedDays",
    "WorkedOnDaysOff",
]
