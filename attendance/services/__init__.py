"""The verbs of attendance: keyword-only, atomic, `by=` the actor."""

from attendance.services.corrections import (
    correction_decide,
    correction_file,
    correction_withdraw,
)
from attendance.services.decisions import punch_accept, punch_void
from attendance.services.enrolment import (
    consent_answer,
    enrolment_finish,
    enrolment_start,
    frame_add,
)
from attendance.services.face_data import erasure_finish, face_data_delete
from attendance.services.marks import mark_add, mark_withdraw
from attendance.services.roster import assignment_delete, assignment_save

__all__ = [
    "assignment_delete",
    "assignment_save",
    "consent_answer",
    "correction_decide",
    "correction_file",
    "correction_withdraw",
    "enrolment_finish",
    "enrolment_start",
    "erasure_finish",
    "face_data_delete",
    "frame_add",
    "mark_add",
    "mark_withdraw",
    "punch_accept",
    "punch_void",
]
