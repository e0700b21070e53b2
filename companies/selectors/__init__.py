"""Reads of companies; the first argument says whose."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from companies.selectors.access import (
    Former,
    former_companies,
    support_grants_of,
    support_held,
    support_now,
)
from companies.selectors.delegations import colleagues, delegations_of, delegations_on, held_by
from companies.selectors.engaged import (
    READERS,
    Placed,
    Where,
    engaged_between,
    placed_in_chunks,
    reported_people,
    with_parts,
)
from companies.selectors.looks import own_looks
from companies.selectors.mail import blocks_of, is_blocked, without_mail
from companies.selectors.notices import notice_choices, wanting
from companies.selectors.own_data import (
    OWN_CHUNK,
    events_about,
    own_deeds,
    own_delegations,
    own_engagements,
    own_invitations,
    own_mails,
    own_notice_choices,
    own_pins,
    own_placements,
    own_records_requests,
    own_role_grants,
)
from companies.selectors.people import (
    Membership,
    actor_of,
    is_operator,
    link_address,
    memberships,
    operator_grants,
    operators,
    users_of,
)
from companies.selectors.pool import (
    POOL,
    company_of_domain,
    has_pool_account,
    is_known_address,
    pool_user,
)
from companies.selectors.second_factors import (
    second_factor_is_asked,
    second_factor_is_asked_of,
    second_factor_policy,
)
from companies.selectors.sessions import Place, sessions_of
from companies.selectors.sign_in import (
    card_opens_password,
    employee_by_codes,
    employee_by_id,
    employee_of_used_card,
    has_pin,
    invitation_of_token,
    invitations_for,
    is_at_home_elsewhere,
    last_invitation,
    token_hash,
    without_sign_in,
)
from companies.selectors.teams import (
    answers_for_others,
    departments_above,
    givers_of,
    has_team,
    here_on,
    hr_of,
    in_stead_of,
    manager_above,
    managers_of,
    team_of,
    teammates_of,
    users_for,
)

if TYPE_CHECKING:
    from companies.selectors.interns import (
        ending_internships,
        internship_events,
        internship_state,
        internships,
        internships_between,
        internships_in,
        internships_of,
        is_mentor,
        mentored_by,
    )
    from companies.selectors.logos import company_logo

__all__ = [
    "actor_of",
    "OWN_CHUNK",
    "POOL",
    "READERS",
    "Former",
    "Membership",
    "Place",
    "Placed",
    "answers_for_others",
    "blocks_of",
    "card_opens_password",
    "colleagues",
    "company_logo",
    "company_of_domain",
    "delegations_of",
    "departments_above",
    "delegations_on",
    "employee_by_codes",
    "employee_by_id",
    "employee_of_used_card",
    "ending_internships",
    "engaged_between",
    "events_about",
    "former_companies",
    "givers_of",
    "has_pin",
    "has_pool_account",
    "has_team",
    "held_by",
    "here_on",
    "hr_of",
    "in_stead_of",
    "internship_events",
    "internship_state",
    "internships",
    "internships_between",
    "internships_in",
    "internships_of",
    "invitation_of_token",
    "invitations_for",
    "is_at_home_elsewhere",
    "is_blocked",
    "is_known_address",
    "is_mentor",
    "is_operator",
    "last_invitation",
    "link_address",
    "manager_above",
    "managers_of",
    "memberships",
    "mentored_by",
    "notice_choices",
    "operator_grants",
    "operators",
    "own_deeds",
    "own_delegations",
    "own_engagements",
    "own_invitations",
    "own_looks",
    "own_mails",
    "own_notice_choices",
    "own_pins",
    "own_placements",
    "own_records_requests",
    "own_role_grants",
    "Where",
    "placed_in_chunks",
    "pool_user",
    "reported_people",
    "with_parts",
    "second_factor_is_asked",
    "second_factor_is_asked_of",
    "second_factor_policy",
    "sessions_of",
    "support_grants_of",
    "support_held",
    "support_now",
    "team_of",
    "teammates_of",
    "token_hash",
    "users_for",
    "users_of",
    "wanting",
    "without_mail",
    "without_sign_in",
]

# No page before the first needs these (a cold start on Lambda): found when they are asked for.
_LATE = {
    "ending_internships": "interns",
    "internship_events": "interns",
    "internship_state": "interns",
    "internships": "interns",
    "internships_between": "interns",
    "internships_in": "interns",
    "internships_of": "interns",
    "is_mentor": "interns",
    "mentored_by": "interns",
    "company_logo": "logos",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _LATE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
