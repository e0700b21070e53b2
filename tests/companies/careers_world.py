"""A company whose careers page is on, with an opening that asks one question of each kind."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from companies import services
from companies.enums import ApplicationStage, EmploymentType, OpeningState, QuestionKind
from companies.models import Application, ApplicationEvent, CareersPage, Opening, ScreeningQuestion
from companies.services.applications import Given
from tests.attendance.world import World, at

NOW = at("2026-03-04 12:00")
PDF = b"%PDF-1.7\nA letter.\n%%EOF\n"


def page_on(world: World, **columns: Any) -> CareersPage:
    """Switch the careers page on."""
    made: CareersPage = CareersPage.objects.create(
        company=world.company, **{"is_on": True, "intro": "Tea, and people.", **columns}
    )
    return made


def opening_of(world: World, **columns: Any) -> Opening:
    """Return an opening that everybody may read of."""
    wanted: dict[str, Any] = {
        "title": "Barista", "kind": EmploymentType.EMPLOYEE, "office": world.office,
        "description": "Brew tea.\n\nSmile.", "state": OpeningState.PUBLISHED,
    } | columns  # fmt: skip
    made: Opening = Opening.objects.create(company=world.company, **wanted)
    return made


def question_of(opening: Opening, kind: QuestionKind, **columns: Any) -> ScreeningQuestion:
    """Return a screening question of that kind."""
    wanted: dict[str, Any] = {"words": f"What {kind.value}?", "number": 10} | columns
    if kind == QuestionKind.CHOICE:
        wanted.setdefault("choices", "Morning\nEvening")
    if kind == QuestionKind.NUMBER:
        wanted = {"least": 0, "most": 50, "unit": "years"} | wanted
    made: ScreeningQuestion = ScreeningQuestion.objects.create(
        company=opening.company, opening=opening, kind=kind, **wanted
    )
    return made


def send(opening: Opening, *answers: Given, **values: Any) -> Application:
    """Send an application, and return it as it waits to be confirmed."""
    wanted: dict[str, Any] = {
        "token": uuid.uuid4(), "name": "Nima Sherpa", "email": "nima@yak.example", "phone": "98",
        "locale": "en", "consent_version": 1, "is_kept_longer": False, "client": "192.0.2.1",
        "now": NOW,
    } | values  # fmt: skip
    services.application_send(opening=opening, answers=answers, **wanted)
    found: Application = Application.objects.select_related("company", "opening").get(
        token=wanted["token"]
    )
    return found


def confirmed(opening: Opening, *answers: Given, **values: Any) -> Application:
    """Return an application that HR reads."""
    return services.application_confirm(
        application=send(opening, *answers, **values), now=values.get("now", NOW)
    )


def standing(opening: Opening, stage: ApplicationStage, **columns: Any) -> Application:
    """Return an application at a stage, written as it is."""
    wanted: dict[str, Any] = {
        "token": uuid.uuid4(), "name": "Nima", "email": f"{uuid.uuid4().hex}@yak.example",
        "stage": stage, "consent_version": 1, "kept_months": 6, "asked_at": NOW, "moved_at": NOW,
        "confirmed_at": None if stage == ApplicationStage.ASKED else NOW,
    } | columns  # fmt: skip
    made: Application = Application.objects.create(
        company=opening.company, opening=opening, **wanted
    )
    return made


def events_of(row: Application) -> list[tuple[str, str, str]]:
    """Return what happened to an application, as (step, stage, words)."""
    found = ApplicationEvent.objects.filter(application=row).order_by("number")
    return list(found.values_list("step", "stage", "words"))


DAYS = dt.timedelta(days=1)
