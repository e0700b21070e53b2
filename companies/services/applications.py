"""Applications as candidates send them: confirmed by mail, answered, withdrawn, forgotten."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.db import transaction

from companies import audit, career_mails, permissions, throttle
from companies.actor import Actor, job_actor
from companies.career_errors import (
    AnswerMissing,
    AnswerUnfit,
    ApplicationGone,
    ApplicationMovesNot,
    OpeningClosed,
    SentFilesTooMany,
)
from companies.enums import ActorKind, ApplicationStage, ApplicationStep, QuestionKind
from companies.errors import InvalidTransition, LinkInvalid, NotAllowed, TooMany, WordsMissing
from companies.models import (
    Application,
    ApplicationAnswer,
    ApplicationEvent,
    ApplicationFile,
    Company,
    Opening,
    ScreeningQuestion,
)
from companies.selectors.dates import company_today
from companies.selectors.openings import careers_page
from companies.services import careers_files
from companies.services.careers_files import NewFile

APPLICATIONS_OF_A_CLIENT = 20
APPLICATIONS_OF_AN_ADDRESS = 5
CONFIRM_WITHIN = dt.timedelta(hours=48)
# For how long who agrees is kept for other openings.
LONGER_MONTHS = 24
# What nobody decides, and nobody moves, goes after a year.
UNDECIDED_KEPT = dt.timedelta(days=365)
MOST_FILES = 10
MOST_WORDS = 4000
_DAY = 24 * 3600
# Who holds the private link: their name is not the audit's to keep.
CANDIDATE = Actor(kind=ActorKind.PERSON, channel="link")


@dataclass(frozen=True)
class Given:
    """What somebody answers to a screening question: words, or a file."""

    question: ScreeningQuestion
    text: str = ""
    file: NewFile | None = None


def _is_fit(given: Given) -> bool:
    """Return whether the words are an answer to the question at all."""
    question, text = given.question, given.text
    if question.kind == QuestionKind.CHOICE:
        return text in question.options
    if question.kind != QuestionKind.NUMBER:
        return len(text) <= MOST_WORDS
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    least, most = question.least, question.most
    if not number.is_finite():
        return False
    return (least is None or number >= least) and (most is None or number <= most)


def _check(opening: Opening, answers: Sequence[Given]) -> None:
    given = {item.question.pk: item for item in answers}
    for question in ScreeningQuestion.objects.filter(opening=opening):
        item = given.get(question.pk)
        is_answered = item is not None and bool(item.text or item.file)
        if question.is_required and not is_answered:
            raise AnswerMissing(question=question.words)
        if item is not None and item.text and not _is_fit(item):
            raise AnswerUnfit(question=question.words)


def count_of_strangers(kind: str, email: str, client: str, limits: tuple[int, int],
                       now: dt.datetime) -> None:  # fmt: skip
    """Count what a client, and what an address, sends in a day.

    Raises:
        TooMany
    """
    hashed = hashlib.sha256(email.lower().encode()).hexdigest()
    keys = (f"{kind}-from:{client}", f"{kind}:{hashed}")
    for key, limit in zip(keys, limits, strict=True):
        if not throttle.hit(key, limit=limit, seconds=_DAY, now=now):
            raise TooMany


def application_send(
    *,
    opening: Opening,
    token: uuid.UUID,
    name: str,
    email: str,
    phone: str,
    locale: str,
    consent_version: int,
    is_kept_longer: bool,
    answers: Sequence[Given],
    client: str,
    now: dt.datetime,
) -> None:
    """Keep what a candidate sends, and mail a link to confirm; HR sees nothing of it before that.

    The same form sent again changes nothing. Who has applied already gets the link of that
    application, and whoever sent the form learns nothing of it.

    Raises:
        OpeningClosed, AnswerMissing, AnswerUnfit, TooMany, SentFileNotKept;
        ValidationError by field
    """
    if Application.objects.filter(token=token).exists():
        return
    if not opening.takes(company_today(opening.company, now)):
        raise OpeningClosed
    kept = careers_page(opening.company).kept_months
    row = Application(
        company=opening.company, opening=opening, token=token, name=name.strip(),
        email=email.strip(), phone=phone.strip(), locale=locale, consent_version=consent_version,
        kept_months=max(kept, LONGER_MONTHS) if is_kept_longer else kept, asked_at=now,
        moved_at=now, purge_at=now + CONFIRM_WITHIN,
    )  # fmt: skip
    row.clean_fields(exclude=["company"])
    _check(opening, answers)
    limits = (APPLICATIONS_OF_A_CLIENT, APPLICATIONS_OF_AN_ADDRESS)
    count_of_strangers("apply", row.email, client, limits, now)
    _keep(row, answers, now)


@transaction.atomic
def _keep(row: Application, answers: Sequence[Given], now: dt.datetime) -> None:
    standing = _standing_of(row, now)
    if standing is not None:
        career_mails.application_told(standing, "again", nth=str(row.token))
        return
    Application.objects.bulk_create([row], ignore_conflicts=True)
    kept = Application.objects.get(token=row.token)
    if kept.public_id != row.public_id:
        # Of two taps at once the first one's row is the one.
        return
    for number, item in enumerate(answers, start=1):
        file = careers_files.row_of(kept, item.file, now) if item.file is not None else None
        ApplicationAnswer.objects.create(
            company=kept.company, application=kept, number=number, kind=item.question.kind,
            question=item.question.words, unit=item.question.unit, text=item.text, file=file,
        )  # fmt: skip
    career_mails.application_told(kept, "confirm")
    careers_files.store(item.file for item in answers if item.file is not None)


def _standing_of(row: Application, now: dt.datetime) -> Application | None:
    """Return the application that this address has for the opening already, if any.

    One whose days are over is forgotten here, whenever the job that deletes it comes: else its
    candidate would be led to a link that is over, and could not apply again.
    """
    rows = Application.objects.filter(
        opening=row.opening_id, email__iexact=row.email, confirmed_at__isnull=False,
        erased_at__isnull=True,
    )  # fmt: skip
    found: Application | None = rows.select_related("company").first()
    if found is None or not found.is_over(now):
        return found
    forgotten = application_forget(application=found, now=now)
    forgotten_tell(company=found.company, counts={"applications": int(forgotten)})
    return None


def lock(application: Application) -> Application:
    """Return the application, locked; verbs of HR begin with it too."""
    rows = Application.objects.select_for_update(of=("self",))
    found: Application = rows.select_related("company", "opening").get(pk=application.pk)
    return found


def event_add(
    locked: Application, step: ApplicationStep, now: dt.datetime, *, stage: str = "",
    words: str = "", by_name: str = "", is_shown: bool = True,
    answers: ApplicationEvent | None = None, file: ApplicationFile | None = None,
) -> ApplicationEvent:  # fmt: skip
    """Write what happened to an application that is locked."""
    made: ApplicationEvent = ApplicationEvent.objects.create(
        company=locked.company, application=locked, step=step, stage=stage, words=words,
        number=ApplicationEvent.objects.filter(application=locked).count() + 1,
        is_shown=is_shown, answers=answers, file=file, made_by_name=by_name, made_at=now,
    )  # fmt: skip
    return made


@transaction.atomic
def application_confirm(*, application: Application, now: dt.datetime) -> Application:
    """Say that the address is theirs: from now on HR reads it. Again changes nothing.

    Return the application that stands: where two of one address wait, the first confirmed.

    Raises:
        LinkInvalid: its 48 hours are over, or it is deleted.
    """
    # One at a time: of two of an address, the later one finds the first.
    Opening.objects.select_for_update(of=("self",)).get(pk=application.opening_id)
    locked = lock(application)
    if locked.is_over(now):
        raise LinkInvalid
    if locked.stage != ApplicationStage.ASKED:
        return locked
    standing = _standing_of(locked, now)
    if standing is not None:
        return standing
    locked.stage, locked.confirmed_at, locked.purge_at = ApplicationStage.NEW, now, None
    locked.moved_at = now
    locked.save(update_fields=["stage", "confirmed_at", "purge_at", "moved_at"])
    event_add(locked, ApplicationStep.RECEIVED, now, stage=ApplicationStage.NEW)
    audit.record(by=CANDIDATE, verb="application_confirmed", subject=locked)
    career_mails.careers_news(locked.company, locked, "application", on=now.date())
    return locked


@transaction.atomic
def application_answer(
    *, question: ApplicationEvent, answer: str, file: NewFile | None, now: dt.datetime
) -> ApplicationEvent:
    """Answer what HR asked, in words, by a file, or both; once.

    Raises:
        ApplicationGone, WordsMissing, InvalidTransition, SentFilesTooMany, SentFileNotKept
    """
    words = answer.strip()[:2000]
    if not words and file is None:
        raise WordsMissing
    locked = lock(question.application)
    if locked.is_over(now):
        raise ApplicationGone
    is_answered = ApplicationEvent.objects.filter(answers=question).exists()
    if question.step != ApplicationStep.ASKED or is_answered:
        raise InvalidTransition
    sent = ApplicationFile.objects.filter(application=locked)
    if file is not None and sent.count() >= MOST_FILES:
        raise SentFilesTooMany(most=MOST_FILES)
    row = careers_files.row_of(locked, file, now) if file is not None else None
    made = event_add(locked, ApplicationStep.ANSWERED, now, words=words, answers=question, file=row)
    audit.record(by=CANDIDATE, verb="application_answered", subject=locked)
    career_mails.careers_news(locked.company, locked, "answer", on=now.date(), nth=str(made.number))
    if file is not None:
        careers_files.store([file])
    return made


@transaction.atomic
def application_withdraw(*, application: Application, by: Actor, now: dt.datetime) -> None:
    """Take an application back: everything of the person goes at once, the count stays.

    By whoever holds the private link, or by HR whom the candidate asked. Again changes nothing.

    Raises:
        NotAllowed, ApplicationMovesNot
    """
    locked = lock(application)
    if by != CANDIDATE and not permissions.can_decide_application(by, locked):
        raise NotAllowed
    if locked.erased_at is not None:
        return
    is_movable = ApplicationStage.WITHDRAWN.value in ApplicationStage.moves[locked.stage]
    if not is_movable or locked.employee_id is not None:
        # What is not confirmed is nobody's yet; who was taken in is an employee by now.
        raise ApplicationMovesNot(stage=locked.get_stage_display())
    before, locked.stage = locked.stage, ApplicationStage.WITHDRAWN
    _erase(locked, now)
    changes = {"stage": [before, locked.stage]}
    audit.record(by=by, verb="application_withdrawn", subject=locked, changes=changes)


# --- forgotten ------------------------------------------------------------------------------------
def _drop_rest(locked: Application) -> None:
    """Delete what hangs on an application."""
    # An answer names its question: it goes first.
    events = ApplicationEvent.objects.filter(application=locked)
    events.filter(answers__isnull=False).delete()
    events.delete()
    ApplicationAnswer.objects.filter(application=locked).delete()
    careers_files.files_drop(locked)
    career_mails.application_forgotten(locked)


def _erase(locked: Application, now: dt.datetime) -> None:
    _drop_rest(locked)
    locked.name = locked.email = locked.phone = locked.locale = locked.reason = ""
    locked.employee, locked.purge_at, locked.erased_at = None, None, now
    locked.save()


@transaction.atomic
def application_forget(*, application: Application, now: dt.datetime) -> bool:
    """Delete what has had its days: an unconfirmed one whole, of others all but the count.

    Return whether it was due still.
    """
    locked = lock(application)
    is_left = locked.stage in ApplicationStage.undecided and locked.moved_at + UNDECIDED_KEPT <= now
    if locked.erased_at is not None or not (locked.is_over(now) or is_left):
        return False
    if locked.stage == ApplicationStage.ASKED:
        _drop_rest(locked)
        locked.delete()
    else:
        _erase(locked, now)
    return True


def forgotten_tell(*, company: Company, counts: dict[str, int]) -> None:
    """Tell the company's audit how many went, not whose."""
    by = job_actor("careers_purge", company)
    changes = {name: [count, 0] for name, count in counts.items() if count}
    if changes:
        audit.record(by=by, verb="careers_purged", subject=company, changes=changes)
