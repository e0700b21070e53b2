"""Auditors from outside: who works nowhere in the company, and reads all of it for a time."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from companies import audit, outbox, permissions, selectors
from companies.actor import Actor
from companies.enums import ActorKind, InvitationChannel, InvitationState, Role
from companies.errors import (
    AccountClosed,
    AuditDatesWrong,
    AuditorWorksHere,
    AuditsAlready,
    AuditTooLong,
    InvalidTransition,
    NotAllowed,
    OwnRecord,
)
from companies.models import Company, Employee, Invitation, RoleGrant, User
from companies.services.invitations import CARD_GOOD_FOR
from companies.services.links import enqueue_link, user_of


@transaction.atomic
def auditor_invite(
    *, name: str, email: str, starts_on: dt.date, ends_on: dt.date, by: Actor, now: dt.datetime
) -> None:
    """Let somebody read the actor's company from the first day to the last, and mail them how.

    Who is at home in another company is asked instead: the role is theirs once they say yes, and
    nothing of what is known of them there is shown before.

    Raises:
        NotAllowed, OwnRecord, AuditDatesWrong, AuditTooLong, AuditorWorksHere, AuditsAlready,
        AccountClosed; ValidationError for a name or an address that is none.
    """
    company = by.company
    if company is None or not permissions.can_grant_role(by):
        raise NotAllowed
    _refuse_dates(starts_on, ends_on, today=selectors.company_today(company, now))
    _lock(company)
    name, address = name.strip(), email.strip()
    user = _user_of(address, name)
    wanted = RoleGrant(
        company=company, user=user, role=Role.AUDITOR, starts_on=starts_on, ends_on=ends_on
    )
    if not permissions.can_grant_role(by, wanted):
        raise OwnRecord
    _refuse_who_is_here(wanted, address, now)
    _open_offers(user).update(ended_at=now, outcome=InvitationState.VOID)
    if _is_somebodys(user, company):
        _offer(wanted, name=name, address=address, by=by, now=now)
        return
    if not user.is_active:
        raise AccountClosed
    if not _came_in(user) and not _is_here(user, company):
        # Whatever another company once wrote of the address, nobody ever came in by it.
        user.name = name
        user.save(update_fields=["name"])
    _give(wanted, by=by)
    audit.record(by=by, verb="sign_in_link_sent", subject=wanted)
    enqueue_link(
        company=company, user=user, sent_by=by, now=now, template="companies/email/audit_link",
        until=_in_words(ends_on, user),
    )  # fmt: skip


@transaction.atomic
def auditor_answer(*, offer: Invitation, is_accepted: bool, by: Actor, now: dt.datetime) -> None:
    """Take the role that was offered, or leave it; inside the inviter's scope.

    Raises:
        NotAllowed; InvalidTransition for one that was answered, replaced or ran out.
    """
    if not permissions.can_answer_invitation(by, offer):
        raise NotAllowed
    locked = _locked(offer, now)
    if not is_accepted:
        _end(locked, InvitationState.REFUSED, now)
        # What they are called elsewhere is none of the inviter's, who reads this.
        unnamed = dataclasses.replace(by, name=locked.name)
        audit.record(by=unnamed, verb="invitation_refused", subject=locked)
        return
    assert by.user is not None and locked.starts_on is not None  # noqa: S101  # as constrained
    _end(locked, InvitationState.ACCEPTED, now)
    audit.record(by=by, verb="invitation_accepted", subject=locked)
    # Nobody read anything before they said yes.
    today = min(selectors.company_today(locked.company, now), now.date())
    wanted = RoleGrant(
        company=locked.company, user=by.user, role=locked.role,
        starts_on=max(locked.starts_on, today), ends_on=locked.ends_on,
    )  # fmt: skip
    _give(wanted, by=by)


@transaction.atomic
def auditor_take_back(*, offer: Invitation, by: Actor, now: dt.datetime) -> None:
    """Take an offer back before it is answered.

    Raises:
        NotAllowed; InvalidTransition for one that was answered, replaced or ran out.
    """
    if not permissions.can_take_back_offer(by, offer):
        raise NotAllowed
    locked = _locked(offer, now)
    _end(locked, InvitationState.TAKEN_BACK, now)
    audit.record(by=by, verb="invitation_taken_back", subject=locked)


def _lock(company: Company) -> None:
    """Let one thing at a time be done about who audits a company: two taps invite once."""
    Company.objects.select_for_update(of=("self",), no_key=True).get(pk=company.pk)


def _locked(offer: Invitation, now: dt.datetime) -> Invitation:
    """Return the offer as it stands now, open and held by nobody else.

    Raises:
        InvalidTransition
    """
    _lock(offer.company)
    locked: Invitation = Invitation.objects.select_related("company").get(pk=offer.pk)
    if locked.employee_id is not None or locked.state(now) != InvitationState.OPEN:
        raise InvalidTransition
    return locked


def _end(offer: Invitation, outcome: InvitationState, now: dt.datetime) -> None:
    offer.outcome, offer.ended_at = outcome, now
    offer.save(update_fields=["outcome", "ended_at"])


def _open_offers(user: User) -> QuerySet[Invitation]:
    found: QuerySet[Invitation] = Invitation.objects.filter(
        user=user, employee__isnull=True, ended_at__isnull=True
    )
    return found


# --- what is refused ------------------------------------------------------------------------------
def _refuse_dates(starts_on: dt.date, ends_on: dt.date, *, today: dt.date) -> None:
    """Raise for dates on which nobody may read.

    Raises:
        AuditDatesWrong, AuditTooLong
    """
    if starts_on < today or ends_on < starts_on:
        raise AuditDatesWrong
    if starts_on > _a_year_after(today) or ends_on > _a_year_after(starts_on):
        raise AuditTooLong


def _a_year_after(date: dt.date) -> dt.date:
    is_leap_day = (date.month, date.day) == (2, 29)
    return date.replace(year=date.year + 1, day=28 if is_leap_day else date.day)


def _refuse_who_is_here(wanted: RoleGrant, address: str, now: dt.datetime) -> None:
    """Raise for who is engaged here on these dates, or audits already.

    A role ends with the employment that it began in, as `selectors.memberships` has it.

    Raises:
        AuditorWorksHere, AuditsAlready
    """
    theirs = Employee.objects.filter(Q(user=wanted.user) | Q(email__iexact=address))
    over = dt.date.min
    for row in theirs:
        last = row.left_on or dt.date.max
        if not row.has_left(now) or last >= wanted.starts_on:
            raise AuditorWorksHere(name=row.name)
        if row.user_id == wanted.user_id:
            over = max(over, last)
    held = RoleGrant.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=wanted.starts_on),
        user=wanted.user, role=Role.AUDITOR, starts_on__lte=wanted.ends_on, starts_on__gt=over,
    ).order_by(F("ends_on").desc(nulls_first=True))  # fmt: skip
    clash = held.first()
    if clash is not None:
        last = clash.ends_on
        words = _("further notice") if last is None else date_format(last, "j F Y")
        raise AuditsAlready(name=wanted.user.name, last=words)


# --- who it is ------------------------------------------------------------------------------------
def _user_of(address: str, name: str) -> User:
    """Return the user of the address, locked: another company may invite them just now.

    Raises:
        ValidationError
    """
    # Also of a known address: what is wrong with it is told whoever has it.
    User(email=address, name=name).clean_fields(exclude={"password"})
    try:
        with transaction.atomic():
            user = user_of(address, name)
    except IntegrityError:
        user = user_of(address, name)
    locked: User = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    return locked


def _is_somebodys(user: User, company: Company) -> bool:
    """Return whether the user must be asked: at home elsewhere, or come in before and in none."""
    if selectors.is_at_home_elsewhere(user, company):
        return True
    return _came_in(user) and not _is_here(user, company)


def _is_here(user: User, company: Company) -> bool:
    """Return whether the user is, or was, the company's own."""
    return bool(selectors.users_of(company).filter(pk=user.pk).exists())


def _came_in(user: User) -> bool:
    return user.last_login is not None or user.has_usable_password()


# --- what is done ---------------------------------------------------------------------------------
def _give(grant: RoleGrant, *, by: Actor) -> None:
    grant.save()
    changes = audit.difference({}, audit.snapshot(grant))
    audit.record(by=by, verb="role_granted", subject=grant, changes=changes)


def _offer(wanted: RoleGrant, *, name: str, address: str, by: Actor, now: dt.datetime) -> None:
    """Ask who is at home elsewhere, by mail and on their page of invitations."""
    company, user, last = wanted.company, wanted.user, wanted.ends_on
    assert last is not None  # noqa: S101  # a last day is asked for
    zone = selectors.company_zone(company, now)
    over = dt.datetime.combine(last + dt.timedelta(days=1), dt.time.min, zone)
    offer = Invitation.objects.create(
        company=company, channel=InvitationChannel.MAIL, user=user, role=wanted.role, name=name,
        email=address, starts_on=wanted.starts_on, ends_on=last, inviter=by.name, made_at=now,
        expires_at=min(now + CARD_GOOD_FOR, over),
    )  # fmt: skip
    dates = {"starts_on": [None, str(wanted.starts_on)], "ends_on": [None, str(last)]}
    audit.record(by=by, verb="invitation_sent", subject=offer, changes=dates)
    outbox.enqueue(
        company=company,
        # One mail a minute for the same dates: two taps send one.
        dedupe_key=f"audit_offer:{company.public_id}:{user.public_id}:{last}:{now:%Y%m%d%H%M}",
        to=user.email or "",
        template="companies/email/audit_offer",
        values={
            "user": str(user.public_id),
            "name": name,
            "company": company.name,
            "by": by.name if by.kind == ActorKind.PERSON else "",
            "until": _in_words(last, user),
            "link": f"{settings.PUBLIC_URL}{reverse('portal:invitations')}",
        },
        locale=user.locale,
        is_awaited=True,
    )


def _in_words(date: dt.date, user: User) -> str:
    with translation.override(user.locale or None):
        return date_format(date, "j F Y")
