"""Flagged punches: which wait for whom, with what they are compared, and what they add up to."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, F, Q, QuerySet

from attendance.enums import EnrolmentState, FaceState
from attendance.models import FaceEnrolment, PunchState
from companies.actor import Actor
from companies.models import Employee
from companies.permissions import can_manage_hr
from integrations.faces.protocol import Advice

# So many doubts about the right person since they enrolled, and the reference is to blame.
FALSE_FLAGS = 3
# Of what could not be compared, only that in which the face itself was in the way.
_BY_FACE = Q(face__in=(FaceState.REVIEW, FaceState.MISMATCH)) | Q(
    face=FaceState.UNVERIFIABLE, face_reason__in=[advice.value for advice in Advice]
)


def flagged_of(actor: Actor, *, team: QuerySet[Employee]) -> QuerySet[PunchState]:
    """Return the flagged punches that the actor decides: of the team; for HR, of everybody.

    Also of who has left: HR alone sees those. Never the actor's own, in whatever engagement.
    """
    rows: QuerySet[PunchState] = PunchState.objects.filter(is_flagged=True, voided_at__isnull=True)
    if not can_manage_hr(actor):
        return rows.filter(employee__in=team.values("pk"))
    own = Q(employee__user=actor.user) if actor.user is not None else Q(pk__in=[])
    return rows.filter(company=actor.company).exclude(own)


def references_of(employees: Collection[int]) -> dict[int, FaceEnrolment]:
    """Return the enrolments in use of these people that have a picture to show; one statement."""
    rows = FaceEnrolment.objects.filter(
        employee__in=list(employees), state=EnrolmentState.ACTIVE
    ).exclude(reference_key="")
    return {row.employee_id: row for row in rows}


def needs_new_reference(employee: Employee) -> bool:
    """Return whether the face was doubted and confirmed often enough to take new pictures."""
    return false_flags_of([employee.pk]).get(employee.pk, 0) >= FALSE_FLAGS


def false_flags_of(employees: Collection[int]) -> dict[int, int]:
    """Return by person how often the face was doubted and confirmed since they enrolled."""
    rows = (
        PunchState.objects.filter(
            _BY_FACE,
            employee__in=list(employees),
            is_flagged=False,
            decided_at__isnull=False,
            voided_at__isnull=True,
            employee__face_enrolments__state=EnrolmentState.ACTIVE,
            occurred_at__gte=F("employee__face_enrolments__activated_at"),
        )
        .order_by()
        .values("employee")
        .annotate(count=Count("pk"))
    )
    return dict(rows.values_list("employee", "count"))
