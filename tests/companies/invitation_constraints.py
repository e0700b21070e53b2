"""What each constraint of invitations refuses, and what comes close."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from companies.enums import InvitationChannel, InvitationState, Role
from companies.models import Employee, Invitation
from tests.attendance.world import World, at

Case = tuple[str, Callable[[World], object]]
BEFORE, DAY = dt.date(2026, 2, 28), dt.date(2026, 3, 1)


def _invited(world: World, *employees: Employee, **columns: object) -> None:
    now = at("2026-03-01 09:00")
    wanted = {
        "channel": InvitationChannel.PRINT, "token_hash": "0" * 64, "made_at": now,
        "expires_at": now,
    } | columns  # fmt: skip
    for employee in employees:
        Invitation.objects.create(company=world.company, employee=employee, **wanted)


def _asked(world: World, *columns: dict[str, object]) -> None:
    """Offer the role of an auditor to Maya, each time with other columns."""
    now = at("2026-03-01 09:00")
    wanted = {
        "channel": InvitationChannel.MAIL, "user": world.maya.user, "role": Role.AUDITOR,
        "name": "Maya", "email": "maya@it.example", "starts_on": DAY, "ends_on": DAY,
        "made_at": now, "expires_at": now,
    }  # fmt: skip
    for changed in columns:
        Invitation.objects.create(company=world.company, **(wanted | changed))


REFUSED: list[Case] = [
    ("companies_invitation_one_open", lambda w: _invited(w, w.maya, w.maya)),
    ("companies_invitation_ends_with_an_outcome", lambda w: _invited(
        w, w.maya, outcome=InvitationState.ACCEPTED)),
    ("companies_invitation_ends_with_an_outcome", lambda w: _invited(
        w, w.maya, ended_at=at("2026-03-01 09:00"))),
    ("companies_invitation_ends_with_an_outcome", lambda w: _invited(
        w, w.maya, ended_at=at("2026-03-01 09:00"), outcome=InvitationState.EXPIRED)),
    ("companies_invitation_opened_by_one_thing", lambda w: _invited(w, w.maya, token_hash="")),
    ("companies_invitation_opened_by_one_thing", lambda w: _invited(
        w, w.maya, user=w.maya.user)),
    ("companies_invitation_opened_by_one_thing", lambda w: _invited(
        w, w.maya, channel=InvitationChannel.MAIL, token_hash="")),
    ("companies_invitation_one_open_role", lambda w: _asked(w, {}, {})),
    ("companies_invitation_of_one_thing", lambda w: _asked(w, {"employee": w.maya})),
    ("companies_invitation_of_one_thing", lambda w: _asked(w, {"role": ""})),
    ("companies_invitation_of_one_thing", lambda w: _asked(w, {"role": Role.HR})),
    ("companies_invitation_of_one_thing", lambda w: _asked(w, {"name": ""})),
    ("companies_invitation_of_one_thing", lambda w: _asked(w, {"email": ""})),
    ("companies_invitation_of_one_thing", lambda w: _asked(w, {"ends_on": None})),
    ("companies_invitation_of_one_thing", lambda w: _invited(w, w.maya, role=Role.AUDITOR)),
    ("companies_invitation_ends_after_start", lambda w: _asked(w, {"ends_on": BEFORE})),
]  # fmt: skip
ALLOWED: list[Case] = [
    ("companies_invitation_one_open_role", lambda w: [
        _invited(w, w.maya), _asked(w, {"ended_at": at("2026-03-01 09:00"), "outcome": "void"}, {}),
    ]),
    ("companies_invitation_of_one_thing", lambda w: _asked(w, {})),
    ("companies_invitation_ends_after_start", lambda w: _asked(w, {})),
    ("companies_invitation_one_open", lambda w: _invited(w, w.maya, w.bikram)),
    ("companies_invitation_one_open", lambda w: [
        _invited(w, w.maya, ended_at=at("2026-03-01 09:00"), outcome=InvitationState.VOID),
        _invited(w, w.maya)]),
    ("companies_invitation_ends_with_an_outcome", lambda w: _invited(
        w, w.maya, ended_at=at("2026-03-01 09:00"), outcome=InvitationState.REFUSED)),
    ("companies_invitation_opened_by_one_thing", lambda w: _invited(
        w, w.maya, channel=InvitationChannel.MAIL, user=w.maya.user, token_hash="")),
]  # fmt: skip
