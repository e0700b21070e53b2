"""What each constraint of internships and certificates refuses, and what comes close."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from attendance.models import Certificate, CertificateRevocation
from companies.models import Internship, InternshipEvent
from tests.attendance.world import World, at

Case = tuple[str, Callable[[World], object]]
DAY = dt.date(2026, 3, 2)
BEFORE = DAY - dt.timedelta(days=1)
_MADE = {"made_by_id": "x", "made_by_name": "Hari", "made_at": at("2026-03-02 09:00")}


def internship(world: World, **columns: object) -> Internship:
    """Write an internship past every service."""
    made: Internship = Internship.objects.create(
        **{
            "company": world.company, "employee": world.maya, "mentor": world.bikram,
            "starts_on": DAY, "agreed_until": DAY, **_MADE, **columns,
        }
    )  # fmt: skip
    return made


def event(row: Internship, step: str, **columns: object) -> InternshipEvent:
    """Write what was decided of it."""
    made: InternshipEvent = InternshipEvent.objects.create(
        **{
            "company": row.company, "internship": row, "number": 1, "step": step, "words": "x",
            **_MADE, **columns,
        }
    )  # fmt: skip
    return made


def certificate(row: Internship, **columns: object) -> Certificate:
    """Write a certificate of it."""
    made: Certificate = Certificate.objects.create(
        **{
            "company": row.company, "internship": row, "number": 1, "code": "ACDEFGHJKMNP",
            "content": {}, "content_hash": "x", "issued_by_id": "x", "issued_by_name": "Hari",
            "issued_at": at("2026-03-02 09:00"), **columns,
        }
    )  # fmt: skip
    return made


def revocation(row: Certificate, reason: str = "x") -> CertificateRevocation:
    """Write that it does not hold."""
    made: CertificateRevocation = CertificateRevocation.objects.create(
        company=row.company, certificate=row, reason=reason, revoked_by_id="x",
        revoked_by_name="Hari", revoked_at=at("2026-03-02 09:00"),
    )  # fmt: skip
    return made


def coded_twice(world: World) -> None:
    """Give two certificates one code."""
    row = internship(world)
    for number in (1, 2):
        certificate(row, number=number)


def revoked_twice(world: World) -> None:
    """Revoke a certificate a second time."""
    row = certificate(internship(world))
    for _n in range(2):
        revocation(row)


def fill_internships(world: World) -> None:
    """Leave a row of each kind."""
    row = internship(world, starts_on=dt.date(2026, 2, 1), agreed_until=dt.date(2026, 2, 2))
    event(row, "mentor", mentor=world.hari)
    event(row, "completed", number=2)
    revocation(certificate(row, code=f"ACDEFG{world.company.code.upper():A<6}"[:12]))


def _two_numbers(world: World, *numbers: int) -> None:
    row = internship(world)
    for number in numbers:
        event(row, "extended", number=number, ends_on=DAY)


def _two_ends(world: World, *steps: str) -> None:
    row = internship(world)
    for number, step in enumerate(steps):
        event(row, step, number=number, ends_on=DAY if step == "extended" else None)


def _two_certificates(world: World, *numbers: int) -> None:
    row = internship(world)
    for n, number in enumerate(numbers):
        certificate(row, number=number, code=f"ACDEFGHJKMN{n}")


REFUSED: list[Case] = [
    ("companies_internship_ends_after_start", lambda w: internship(w, agreed_until=BEFORE)),
    ("companies_internship_mentor_is_another", lambda w: internship(w, mentor=w.maya)),
    ("companies_internship_amount_where_stipend", lambda w: internship(w, stipend_amount=5)),
    ("companies_internship_amount_where_stipend", lambda w: internship(w, stipend_per="day")),
    (
        "companies_internship_amount_where_stipend",
        lambda w: internship(w, stipend_per="month", stipend_amount=0),
    ),
    ("companies_internshipevent_in_order", lambda w: _two_numbers(w, 1, 1)),
    ("companies_internshipevent_one_end", lambda w: _two_ends(w, "completed", "void")),
    ("companies_internshipevent_date_where_moved", lambda w: event(internship(w), "shortened")),
    (
        "companies_internshipevent_date_where_moved",
        lambda w: event(internship(w), "completed", ends_on=DAY),
    ),
    (
        "companies_internshipevent_mentor_where_another",
        lambda w: event(internship(w), "mentor"),
    ),
    (
        "companies_internshipevent_mentor_where_another",
        lambda w: event(internship(w), "completed", mentor=w.hari),
    ),
    ("companies_internshipevent_for_a_reason", lambda w: event(internship(w), "void", words="")),
    ("attendance_certificate_in_order", lambda w: _two_certificates(w, 1, 1)),
    (
        "attendance_certificaterevocation_reason",
        lambda w: revocation(certificate(internship(w)), ""),
    ),
]
ALLOWED: list[Case] = [
    ("companies_internship_ends_after_start", internship),
    ("companies_internship_mentor_is_another", lambda w: internship(w, mentor=w.hari)),
    (
        "companies_internship_amount_where_stipend",
        lambda w: internship(w, stipend_per="month", stipend_amount="0.01"),
    ),
    ("companies_internshipevent_in_order", lambda w: _two_numbers(w, 1, 2)),
    ("companies_internshipevent_one_end", lambda w: _two_ends(w, "extended", "void")),
    (
        "companies_internshipevent_date_where_moved",
        lambda w: event(internship(w), "shortened", ends_on=DAY),
    ),
    (
        "companies_internshipevent_mentor_where_another",
        lambda w: event(internship(w), "mentor", mentor=w.hari),
    ),
    (
        "companies_internshipevent_for_a_reason",
        lambda w: event(internship(w), "completed", words=""),
    ),
    ("attendance_certificate_in_order", lambda w: _two_certificates(w, 1, 2)),
    (
        "attendance_certificaterevocation_reason",
        lambda w: revocation(certificate(internship(w)), "wrong"),
    ),
]
