"""What each constraint of careers refuses, and what comes close."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from companies.enums import ApplicationStage, QuestionKind
from companies.models import (
    Application,
    ApplicationAnswer,
    ApplicationEvent,
    ApplicationFile,
    Department,
    VisitorQuestion,
)
from tests.attendance.world import World
from tests.companies.careers_world import NOW, at_stage, opening_of, page_on, question_of

Case = tuple[str, Callable[[World], object]]
DAY = dt.date(2026, 3, 2)
BEFORE = DAY - dt.timedelta(days=1)
TOKEN = uuid.UUID(int=7)


def application(world: World, **columns: object) -> Application:
    """Write an application past every service."""
    stage = ApplicationStage(columns.pop("stage", "new"))
    opening = columns.pop("opening", None) or opening_of(world)
    return at_stage(opening, stage, **columns)


def event(row: Application, number: int = 1, **columns: object) -> ApplicationEvent:
    """Write what happened to it."""
    made: ApplicationEvent = ApplicationEvent.objects.create(
        **{
            "company": row.company, "application": row, "number": number, "step": "asked",
            "made_at": NOW, **columns,
        }
    )  # fmt: skip
    return made


def file(row: Application, key: str = "careers/a") -> ApplicationFile:
    """Write the row of a file."""
    made: ApplicationFile = ApplicationFile.objects.create(
        company=row.company, application=row, storage_key=key, content_type="application/pdf",
        size=1, sha256="0" * 64, created_at=NOW,
    )  # fmt: skip
    return made


def answer(row: Application, number: int = 1, **columns: object) -> ApplicationAnswer:
    """Write what was answered."""
    made: ApplicationAnswer = ApplicationAnswer.objects.create(
        **{
            "company": row.company, "application": row, "number": number, "kind": "text",
            "question": "Why?", "text": "So.", **columns,
        }
    )  # fmt: skip
    return made


def visitor(world: World, **columns: object) -> VisitorQuestion:
    """Write what a visitor asked."""
    made: VisitorQuestion = VisitorQuestion.objects.create(
        **{
            "company": world.company, "token": uuid.uuid4(), "name": "Bina",
            "email": "bina@post.example", "question": "Is there tea?", "asked_at": NOW,
            "purge_at": NOW, **columns,
        }
    )  # fmt: skip
    return made


def answered_twice(world: World) -> None:
    """Answer one question of HR a second time."""
    row = application(world)
    asked = event(row)
    for number in (2, 3):
        event(row, number, step="answered", answers=asked)


def fill_careers(world: World) -> None:
    """Leave a row of each kind, every key in use."""
    page_on(world)
    department = Department.objects.create(company=world.company, name="Careers")
    opening = opening_of(world, department=department)
    question_of(opening, QuestionKind.TEXT)
    row = at_stage(opening, ApplicationStage.ACCEPTED, employee=world.bikram)
    sent = file(row, f"careers/{world.company.code}")
    answer(row, file=sent)
    asked = event(row)
    event(row, 2, step="answered", answers=asked, file=sent)
    visitor(world, opening=opening)


def _one_address(world: World, *emails: str, **second: object) -> None:
    opening = opening_of(world)
    for number, email in enumerate(emails):
        application(world, opening=opening, email=email, **(second if number else {}))


def _numbered(write: Callable[..., object], world: World, *numbers: int) -> None:
    row = application(world)
    for number in numbers:
        write(row, number)


def _two_files(world: World, *keys: str) -> None:
    row = application(world)
    for key in keys:
        file(row, key)


ERASED = {"erased_at": NOW, "stage": "withdrawn", "name": "", "email": ""}
REFUSED: list[Case] = [
    ("companies_careerspage_one", lambda w: [page_on(w) for _n in range(2)]),
    (
        "companies_opening_closes_after_opening",
        lambda w: opening_of(w, opens_on=DAY, closes_on=BEFORE),
    ),
    (
        "companies_screeningquestion_most_from_least",
        lambda w: question_of(opening_of(w), QuestionKind.NUMBER, least=2, most=1),
    ),
    (
        "companies_application_one_an_address",
        lambda w: _one_address(w, "n@y.example", "N@y.example"),
    ),
    (
        "companies_application_accepted_before_hired",
        lambda w: application(w, stage="offer", employee=w.maya),
    ),
    (
        "companies_application_erased_says_nothing",
        lambda w: application(w, **ERASED | {"name": "N"}),
    ),
    (
        "companies_application_erased_says_nothing",
        lambda w: application(w, **ERASED | {"stage": "accepted", "employee": w.maya}),
    ),
    ("companies_applicationfile_key_once", lambda w: _two_files(w, "a", "a")),
    ("companies_applicationanswer_in_order", lambda w: _numbered(answer, w, 1, 1)),
    ("companies_applicationevent_in_order", lambda w: _numbered(event, w, 1, 1)),
    (
        "companies_visitorquestion_answered_before_public",
        lambda w: visitor(w, is_published=True, public_question="Tea?"),
    ),
    (
        "companies_visitorquestion_answered_before_public",
        lambda w: visitor(w, is_published=True, answer="Yes."),
    ),
]
ALLOWED: list[Case] = [
    ("companies_careerspage_one", page_on),
    (
        "companies_opening_closes_after_opening",
        lambda w: [opening_of(w, opens_on=DAY, closes_on=DAY), opening_of(w, closes_on=BEFORE)],
    ),
    (
        "companies_screeningquestion_most_from_least",
        lambda w: question_of(opening_of(w), QuestionKind.NUMBER, least=2, most=2),
    ),
    (
        "companies_application_one_an_address",
        lambda w: [
            _one_address(w, "n@y.example", "m@y.example"),
            _one_address(w, "n@y.example", "N@y.example", stage="asked"),
        ],
    ),
    (
        "companies_application_accepted_before_hired",
        lambda w: application(w, stage="accepted", employee=w.maya),
    ),
    ("companies_application_erased_says_nothing", lambda w: application(w, **ERASED)),
    ("companies_applicationfile_key_once", lambda w: _two_files(w, "a", "b")),
    ("companies_applicationanswer_in_order", lambda w: _numbered(answer, w, 1, 2)),
    ("companies_applicationevent_in_order", lambda w: _numbered(event, w, 1, 2)),
    (
        "companies_visitorquestion_answered_before_public",
        lambda w: visitor(w, is_published=True, public_question="Tea?", answer="Yes."),
    ),
]
