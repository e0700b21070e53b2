"""Check-ins of the demo that its manager is asked about; the pictures are drawn, of nobody."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from attendance import consent_text
from attendance.enums import Direction, EnrolmentState, FaceState
from attendance.models import FaceConsent, FaceEnrolment, Punch, PunchFrame, PunchState
from attendance.services import pictures
from companies.models import Employee

_FOLDER = Path(__file__).parent / "demo_pictures"
_ENROLLED_DAYS = 20
_KEPT_DAYS = 90


@dataclass(frozen=True)
class _Doubt:
    face: FaceState
    reason: str
    drawn: str = ""


_DOUBTS = {
    "Deepa Rai": _Doubt(FaceState.REVIEW, "unsure", "deepa"),
    "Gita Adhikari": _Doubt(FaceState.UNVERIFIABLE, "more_light", "gita"),
    "Kiran Maharjan": _Doubt(FaceState.NOT_CHECKED, "no_camera"),
}


def doubt(people: dict[str, Employee], now: dt.datetime) -> None:
    """Leave a doubt about today's check-in of some people, before their days are judged."""
    for name, found in _DOUBTS.items():
        employee = people[name]
        latest = Punch.objects.filter(employee=employee, direction=Direction.IN)
        punch = latest.order_by("occurred_at").last()
        PunchState.objects.filter(punch=punch).update(
            face=found.face, face_reason=found.reason, is_flagged=True
        )
        if found.drawn:
            _enrol(employee, found.drawn, now)
            _picture(punch, found.drawn, now)


def _enrol(employee: Employee, drawn: str, now: dt.datetime) -> None:
    at = now - dt.timedelta(days=_ENROLLED_DAYS)
    consent = FaceConsent.objects.create(
        company=employee.company,
        employee=employee,
        text_version=consent_text.version(),
        text_sha256=hashlib.sha256(consent_text.plain().encode()).hexdigest(),
        locale="en",
        is_given=True,
        decided_at=at,
    )
    data = (_FOLDER / f"{drawn}-reference.jpg").read_bytes()
    FaceEnrolment.objects.create(
        company=employee.company,
        employee=employee,
        consent=consent,
        state=EnrolmentState.ACTIVE,
        started_at=at,
        activated_at=at,
        reference_key=pictures.store(pictures.REFERENCE, data, at),
        reference_sha256=hashlib.sha256(data).hexdigest(),
    )


def _picture(punch: Punch, drawn: str, now: dt.datetime) -> None:
    data = (_FOLDER / f"{drawn}-now.jpg").read_bytes()
    PunchFrame.objects.create(
        company=punch.company,
        punch=punch,
        storage_key=pictures.store(pictures.CLEAN, data, now),
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        is_clean=True,
        purge_on=punch.occurred_at.date() + dt.timedelta(days=_KEPT_DAYS),
    )
