"""What visitors of a careers page ask: kept, answered by mail, published if HR likes."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import transaction

from companies import audit, career_mails, permissions
from companies.actor import Actor
from companies.career_errors import NotAnsweredYet
from companies.errors import InvalidTransition, NotAllowed, WordsMissing
from companies.models import Company, Opening, VisitorQuestion
from companies.services.applications import count_of_strangers

QUESTIONS_OF_A_CLIENT = 10
QUESTIONS_OF_AN_ADDRESS = 3
KEPT = dt.timedelta(days=90)


@transaction.atomic
def visitor_ask(
    *, company: Company, opening: Opening | None, token: uuid.UUID, name: str, email: str,
    question: str, locale: str, client: str, now: dt.datetime,
) -> None:  # fmt: skip
    """Keep what a visitor asks, and tell HR. The same form sent again changes nothing.

    No mail goes to the address before a person of HR answers.

    Raises:
        WordsMissing, TooMany; ValidationError by field
    """
    if VisitorQuestion.objects.filter(token=token).exists():
        return
    row = VisitorQuestion(
        company=company, opening=opening, token=token, name=name.strip(), email=email.strip(),
        question=question.strip(), locale=locale, asked_at=now, purge_at=now + KEPT,
    )  # fmt: skip
    if not row.question:
        raise WordsMissing
    row.clean_fields(exclude=["company"])
    limits = (QUESTIONS_OF_A_CLIENT, QUESTIONS_OF_AN_ADDRESS)
    count_of_strangers("visitor", row.email, client, limits, now)
    VisitorQuestion.objects.bulk_create([row], ignore_conflicts=True)
    if not VisitorQuestion.objects.filter(public_id=row.public_id).exists():
        # Of two taps at once the first one's row is the one, and HR is told of that.
        return
    career_mails.careers_news(company, row, "question", on=now.date())


def _locked(question: VisitorQuestion, by: Actor) -> VisitorQuestion:
    if not permissions.can_manage_careers(by, question):
        raise NotAllowed
    rows = VisitorQuestion.objects.select_for_update(of=("self",)).select_related("company")
    found: VisitorQuestion = rows.get(pk=question.pk)
    return found


@transaction.atomic
def visitor_answer(
    *, question: VisitorQuestion, answer: str, by: Actor, now: dt.datetime
) -> VisitorQuestion:
    """Answer a visitor by mail, once; who asked is forgotten 90 days later.

    Raises:
        NotAllowed, WordsMissing, InvalidTransition
    """
    if not answer.strip():
        raise WordsMissing
    locked = _locked(question, by)
    if locked.answered_at is not None:
        raise InvalidTransition
    locked.answer, locked.answered_at = answer.strip()[:4000], now
    locked.answered_by_name, locked.purge_at = by.name, now + KEPT
    locked.save(update_fields=["answer", "answered_at", "answered_by_name", "purge_at"])
    audit.record(by=by, verb="visitor_question_answered", subject=locked)
    career_mails.visitor_answered(locked)
    return locked


@transaction.atomic
def visitor_publish(
    *, question: VisitorQuestion, words: str, answer: str, position: int, by: Actor
) -> VisitorQuestion:
    """Put a question with its answer onto the careers page, in words that HR chose; or change it.

    Raises:
        NotAllowed, WordsMissing, NotAnsweredYet
    """
    if not words.strip() or not answer.strip():
        raise WordsMissing
    locked = _locked(question, by)
    if locked.answered_at is None:
        raise NotAnsweredYet
    before = _public(locked)
    locked.is_published, locked.public_question = True, words.strip()[:1000]
    locked.answer, locked.position = answer.strip()[:4000], position
    locked.save(update_fields=["is_published", "public_question", "answer", "position"])
    changes = audit.difference(before, _public(locked))
    audit.record(by=by, verb="visitor_question_published", subject=locked, changes=changes)
    return locked


def _public(row: VisitorQuestion) -> audit.Snapshot:
    if not row.is_published:
        return {}
    return {"public_question": row.public_question, "answer": row.answer, "position": row.position}


@transaction.atomic
def visitor_unpublish(*, question: VisitorQuestion, by: Actor) -> VisitorQuestion:
    """Take a question off the careers page.

    Raises:
        NotAllowed, InvalidTransition
    """
    locked = _locked(question, by)
    if not locked.is_published:
        raise InvalidTransition
    locked.is_published = False
    locked.save(update_fields=["is_published"])
    audit.record(by=by, verb="visitor_question_unpublished", subject=locked)
    return locked


@transaction.atomic
def visitor_forget(*, question: VisitorQuestion, now: dt.datetime) -> bool:
    """Delete what nobody answered; of what is published forget who asked, and in which words.

    Return whether it was due still.
    """
    rows = VisitorQuestion.objects.select_for_update(of=("self",))
    locked: VisitorQuestion = rows.get(pk=question.pk)
    if locked.purge_at is None or locked.purge_at > now:
        return False
    if not locked.is_published:
        locked.delete()
        return True
    locked.name = locked.email = locked.locale = locked.question = ""
    locked.purge_at = None
    locked.save(update_fields=["name", "email", "locale", "question", "purge_at"])
    return True
