"""What attendance keeps of one user in one company: whatever engagement it was made in."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from attendance.models import (
    AttendanceDay,
    Certificate,
    CorrectionRequest,
    DayMark,
    FaceConsent,
    FaceEnrolment,
    FaceErasure,
    FaceTemplate,
    LivenessChallenge,
    ManualVerdict,
    OptionalHolidayPick,
    OvertimeDay,
    OvertimeDecision,
    PeriodLine,
    Punch,
    PunchEntry,
    PunchFrame,
    ShiftAssignment,
)
from companies.models import Company, Internship, User


def _mine(model: Any, user: User, company: Company, *order: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.filter(employee__user=user, company=company)
    return rows.select_related("employee").order_by(*order, "pk")


def assignments(user: User, company: Company) -> QuerySet[ShiftAssignment]:
    return _mine(ShiftAssignment, user, company, "starts_on").select_related("shift")


def marks(user: User, company: Company) -> QuerySet[DayMark]:
    return _mine(DayMark, user, company, "date").select_related("withdraws")


def punches(user: User, company: Company) -> QuerySet[Punch]:
    """Return the punches with what is known of each today."""
    return _mine(Punch, user, company, "occurred_at").select_related("state")


def entries(user: User, company: Company) -> QuerySet[PunchEntry]:
    return _mine(PunchEntry, user, company, "occurred_at")


def days(user: User, company: Company) -> QuerySet[AttendanceDay]:
    return _mine(AttendanceDay, user, company, "date", "slot")


def manual_verdicts(user: User, company: Company) -> QuerySet[ManualVerdict]:
    return _mine(ManualVerdict, user, company, "date").select_related("replaces")


def corrections(user: User, company: Company) -> QuerySet[CorrectionRequest]:
    """Return what the person asked for, with what was decided."""
    return (
        _mine(CorrectionRequest, user, company, "created_at")
        .select_related("decision__cancellation", "file")
        .prefetch_related("punches")
    )


def overtime_days(user: User, company: Company) -> QuerySet[OvertimeDay]:
    return _mine(OvertimeDay, user, company, "date")


def overtime_decisions(user: User, company: Company) -> QuerySet[OvertimeDecision]:
    return _mine(OvertimeDecision, user, company, "decided_at").select_related("replaces")


def paid_months(user: User, company: Company) -> QuerySet[PeriodLine]:
    return _mine(PeriodLine, user, company, "period__starts_on").select_related("period")


def internships(user: User, company: Company) -> QuerySet[Internship]:
    """Return the internships with what was decided of each, in order."""
    return _mine(Internship, user, company, "starts_on").prefetch_related("events")


def certificates(user: User, company: Company) -> QuerySet[Certificate]:
    """Return the certificates, each with its revocation if it has one."""
    rows: QuerySet[Certificate] = Certificate.objects.filter(
        internship__employee__user=user, company=company
    )
    return rows.select_related("internship", "revocation").order_by("issued_at", "pk")


def holiday_picks(user: User, company: Company) -> QuerySet[OptionalHolidayPick]:
    return _mine(OptionalHolidayPick, user, company).select_related("calendar_day")


def consents(user: User, company: Company) -> QuerySet[FaceConsent]:
    return _mine(FaceConsent, user, company, "decided_at")


def enrolments(user: User, company: Company) -> QuerySet[FaceEnrolment]:
    return _mine(FaceEnrolment, user, company, "started_at").select_related("consent")


def erasures(user: User, company: Company) -> QuerySet[FaceErasure]:
    """Return what was deleted of the face, with its receipt, and the files and faces left."""
    rows: QuerySet[FaceErasure] = (
        _mine(FaceErasure, user, company, "asked_at")
        .select_related("receipt")
        .annotate(left=Count("files", distinct=True), faces_left=Count("faces", distinct=True))
    )
    return rows


def templates(user: User, company: Company) -> QuerySet[FaceTemplate]:
    """Return when and by what templates were made, never the sealed numbers."""
    rows: QuerySet[FaceTemplate] = FaceTemplate.objects.filter(
        enrolment__employee__user=user, company=company
    )
    return rows.defer("ciphertext").select_related("enrolment").order_by("created_at", "pk")


def frames(user: User, company: Company) -> QuerySet[PunchFrame]:
    rows: QuerySet[PunchFrame] = PunchFrame.objects.filter(
        punch__employee__user=user, company=company
    )
    return rows.select_related("punch").order_by("created_at", "pk")


def turns(user: User, company: Company) -> QuerySet[LivenessChallenge]:
    return _mine(LivenessChallenge, user, company, "issued_at").select_related("punch")
