"""Tables of attendance; see each module."""

from attendance.models.corrections import CorrectionDecision, CorrectionRequest
from attendance.models.days import (
    AttendanceDay,
    AttendancePeriod,
    DayMark,
    ManualVerdict,
    OptionalHolidayPick,
    ShiftAssignment,
)
from attendance.models.faces import FaceConsent, FaceEnrolment, FaceTemplate
from attendance.models.punches import Punch, PunchEntry, PunchFrame, PunchState

__all__ = [
    "AttendanceDay",
    "AttendancePeriod",
    "CorrectionDecision",
    "CorrectionRequest",
    "DayMark",
    "FaceConsent",
    "FaceEnrolment",
    "FaceTemplate",
    "ManualVerdict",
    "OptionalHolidayPick",
    "Punch",
    "PunchEntry",
    "PunchFrame",
    "PunchState",
    "ShiftAssignment",
]
