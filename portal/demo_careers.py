"""The demo's careers page: two openings, candidates at several stages, questions of visitors."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from companies import services
from companies.actor import Actor
from companies.enums import ApplicationStage, EmploymentType, QuestionKind
from companies.models import (
    Application,
    Company,
    Department,
    Office,
    Opening,
    ScreeningQuestion,
    VisitorQuestion,
)
from companies.services import careers_files
from companies.services.applications import Given

_INTRO = (
    "We have served tea in Kathmandu since 1953, and run its till, its web shop and its night desk "
    "from there and from London.\n\nWe answer everybody who writes to us."
)
_ENGINEER = (
    "You keep the till and the web shop running, with four others in Kathmandu.\n\n"
    "What you do: small changes every day, each with a test; once in five weeks you carry the "
    "telephone.\n\nWhat you find: quiet mornings, a window to the garden, as much tea as you like."
)
_INTERN = (
    "For three months you draw menu cards, labels and the pictures of the web shop, with a mentor "
    "beside you.\n\nYou get a stipend and a certificate."
)
_LETTER = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]" \
          b"/Count 1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]>>endobj\n" \
          b"trailer<</Root 1 0 R>>\n%%EOF\n"  # fmt: skip


def play(
    company: Company, offices: dict[str, Office], departments: dict[str, Department], by: Actor,
    now: dt.datetime,
) -> None:  # fmt: skip
    """Let HR have opened two positions, and people have applied and asked."""
    services.careers_page_set(company=company, is_on=True, intro=_INTRO, kept_months=6, by=by)
    then = now - dt.timedelta(days=20)
    engineer = _opening(
        company, by, then, title="Software engineer", kind=EmploymentType.EMPLOYEE,
        office=offices["Kathmandu"], is_remote=True, department=departments["Engineering"],
        description=_ENGINEER,
    )  # fmt: skip
    intern = _opening(
        company, by, then, title="Design intern", kind=EmploymentType.INTERN,
        office=offices["Kathmandu"], department=departments["Design"], description=_INTERN,
        closes_on=now.date() + dt.timedelta(days=30),
    )  # fmt: skip
    years, why = _asked(engineer)
    _candidates(engineer, years, why, by, now)
    _interns(intern, by, now)
    _questions(company, engineer, by, now)


def _opening(company: Company, by: Actor, then: dt.datetime, **columns: Any) -> Opening:
    made: Opening = Opening.objects.create(company=company, **columns)
    return services.opening_publish(opening=made, by=by, now=then)


def _asked(opening: Opening) -> tuple[ScreeningQuestion, ScreeningQuestion]:
    common = {"company": opening.company, "opening": opening}
    years = ScreeningQuestion.objects.create(
        **common, number=10, kind=QuestionKind.NUMBER, words="How long have you written software?",
        least=0, most=50, unit="years",
    )  # fmt: skip
    ScreeningQuestion.objects.create(
        **common, number=20, kind=QuestionKind.CHOICE, words="Where would you work?",
        choices="In Kathmandu\nFrom elsewhere",
    )  # fmt: skip
    why = ScreeningQuestion.objects.create(
        **common, number=30, words="Which of your changes are you glad about, and why?",
        is_required=True,
    )  # fmt: skip
    ScreeningQuestion.objects.create(
        **common, number=40, kind=QuestionKind.FILE, words="Your CV", is_required=False
    )
    return years, why


def _send(opening: Opening, name: str, at: dt.datetime, *answers: Given) -> Application:
    """Let somebody apply and confirm their address."""
    token, place = uuid.uuid4(), name.partition(" ")[0].lower()
    services.application_send(
        opening=opening, token=token, name=name, email=f"{place}@post.example", phone="",
        locale="en", consent_version=1, is_kept_longer=False, answers=answers, client=place, now=at,
    )  # fmt: skip
    row = Application.objects.select_related("company", "opening").get(token=token)
    return services.application_confirm(application=row, now=at + dt.timedelta(minutes=9))


def _candidates(
    opening: Opening, years: ScreeningQuestion, why: ScreeningQuestion, by: Actor, now: dt.datetime
) -> None:
    choice, file = opening.questions.exclude(pk__in=(years.pk, why.pk)).order_by("number")
    day = dt.timedelta(days=1)

    def given(number: str, words: str) -> list[Given]:
        return [Given(years, number), Given(choice, "In Kathmandu"), Given(why, words)]

    _send(opening, "Sabina Thapa", now - day, *given("4", "A till that counts right at midnight."))
    second = _send(
        opening, "Pratik Gurung", now - 6 * day, *given("7", "Half of the code, taken out."),
        Given(file, file=careers_files.read(_LETTER, now=now - 6 * day)),
    )  # fmt: skip
    services.application_move(
        application=second, stage=ApplicationStage.INTERVIEW, by=by, now=now - 4 * day,
        words="We would like to talk with you. Come and have tea on one of the next mornings.",
    )  # fmt: skip
    services.application_ask(
        application=second, question="Which morning suits you?", by=by, now=now - 3 * day
    )
    third = _send(opening, "Dawa Lama", now - 9 * day, *given("1", "My first test."))
    services.application_reject(
        application=third, reason="Too early for a desk without a senior.", by=by,
        now=now - 5 * day, words="Please write to us again in a year.",
    )  # fmt: skip


def _interns(opening: Opening, by: Actor, now: dt.datetime) -> None:
    row = _send(opening, "Mira Shakya", now - dt.timedelta(days=8))
    services.application_move(
        application=row, stage=ApplicationStage.ACCEPTED, by=by, now=now - dt.timedelta(days=1),
        words="Your labels made us smile. Tell us when you can begin.",
    )  # fmt: skip
    _send(opening, "Kiran Rana", now - dt.timedelta(days=2))


def _questions(company: Company, opening: Opening, by: Actor, now: dt.datetime) -> None:
    asked = (
        (None, "Do you take people who have no certificate of any school?",
         "Yes. Show us what you have made."),
        (opening, "Is the telephone carried at night too?",
         "Yes, and the day after is free."),
        (None, "Will there be something in the kitchen this year?", ""),
    )  # fmt: skip
    for about, question, answer in asked:
        token = uuid.uuid4()
        services.visitor_ask(
            company=company, opening=about, token=token, name="Bina", email="bina@post.example",
            question=question, locale="en", client="demo", now=now - dt.timedelta(days=3),
        )  # fmt: skip
        row = VisitorQuestion.objects.get(token=token)
        if answer:
            services.visitor_answer(question=row, answer=answer, by=by, now=now)
            services.visitor_publish(
                question=row, words=question, answer=answer, position=10, by=by
            )
