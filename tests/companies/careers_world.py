"""A company whose careers page is on, with an opening that asks one question of each kind."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage

from companies import services
from companies.actor import Actor
from companies.enums import (
    ActorKind,
    ApplicationStage,
    EmploymentType,
    OpeningState,
    QuestionKind,
    Role,
)
from companies.models import (
    Application,
    ApplicationEvent,
    AuditEvent,
    CareersPage,
    Opening,
    OutboxMessage,
    ScreeningQuestion,
)
from companies.services import careers_files
from companies.services.applications import Given
from tests.attendance.world import World, at, make_world

NOW = at("2026-03-04 12:00")
DAYS = dt.timedelta(days=1)
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


def at_stage(opening: Opening, stage: ApplicationStage, **columns: Any) -> Application:
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


def files_in(settings: Any, folder: Path) -> None:
    """Let files lie in a folder of the test's own."""
    storages = {**settings.STORAGES}
    storages["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": folder, "base_url": None},
    }
    settings.STORAGES = storages


def actors(world: World) -> dict[str, Actor]:
    """Return one who asks of each kind."""
    return {
        "hr": world.hr,
        "admin": world.actor(world.maya, Role.COMPANY_ADMIN),
        "auditor": world.actor(world.maya, Role.AUDITOR),
        "manager": world.actor(world.maya, Role.MANAGER),
        "employee": world.actor(world.maya),
        "operator": replace(world.hr, kind=ActorKind.PLATFORM, roles=frozenset()),
        "outside": replace(world.hr, company=make_world("other").company),
    }


def mails(template: str) -> list[OutboxMessage]:
    """Return the messages of a kind, in order."""
    rows = OutboxMessage.objects.filter(template=f"companies/email/{template}")
    return list(rows.order_by("pk"))


def verbs(kind: str) -> list[tuple[str, str]]:
    """Return what the audit says was done with rows of a kind, and by whom."""
    rows = AuditEvent.objects.filter(subject_type=f"companies.{kind}").order_by("pk")
    return list(rows.values_list("verb", "actor_name"))


def new_file(data: bytes = PDF) -> careers_files.NewFile:
    """Return a file as it will be kept."""
    return careers_files.read(data, now=NOW)


def kept_files() -> int:
    """Return how many files of candidates lie in the storage."""
    if not default_storage.exists("careers"):
        return 0
    days = default_storage.listdir("careers")[0]
    return sum(len(default_storage.listdir(f"careers/{day}")[1]) for day in days)
