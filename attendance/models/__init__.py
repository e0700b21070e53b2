"""Tables of attendance; see each module."""

from attendance.models.certificates import Certificate, CertificateRevocation
from attendance.models.corrections import (
    CorrectionCancellation,
    CorrectionDecision,
    CorrectionFile,
    CorrectionPunch,
    CorrectionRequest,
)
from attendance.models.days import (
    AttendanceDay,
    DayMark,
    ManualVerdict,
    OptionalHolidayPick,
    ShiftAssignment,
)
from attendance.models.erasures import (
    ErasureReceipt,
    FaceDeletion,
    FaceErasure,
    FileDeletion,
)
from attendance.models.faces import FaceConsent, FaceEnrolment, FaceTemplate, FaceUpload
from attendance.models.liveness import LivenessChallenge
from attendance.models.overtime import OvertimeDay, OvertimeDecision
from attendance.models.parked import ParkedTap
from attendance.models.periods import AttendancePeriod, PayrollColumn, PeriodLine
from attendance.models.punches import Punch, PunchEntry, PunchFrame, PunchState

__all__ = [
    "AttendanceDay",
    "AttendancePeriod",
    "Certificate",
    "CertificateRevocation",
    "CorrectionCancellation",
    "CorrectionDecision",
    "CorrectionFile",
    "CorrectionPunch",
    "CorrectionRequest",
    "DayMark",
    "ErasureReceipt",
    "FaceConsent",
    "FaceDeletion",
    "FaceEnrolment",
    "FaceErasure",
    "FaceTemplate",
    "FaceUpload",
    "FileDeletion",
    "LivenessChallenge",
    "ManualVerdict",
    "OptionalHolidayPick",
    "OvertimeDay",
    "OvertimeDecision",
    "ParkedTap",
    "PayrollColumn",
    "PeriodLine",
    "Punch",
    "PunchEntry",
    "PunchFrame",
    "PunchState",
    "ShiftAssignment",
]
