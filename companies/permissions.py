"""Who may do what with what belongs to a company: `can_<verb>(actor, object)`, for every door."""

from __future__ import annotations

from django.utils import timezone

from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.models import (
    Application,
    CompanyOwned,
    Delegation,
    Employee,
    Internship,
    InternshipEvent,
    Invitation,
    RecordsRequest,
    RoleGrant,
    SignInReset,
    SlackIdentity,
    SlackWorkspace,
    SupportGrant,
)
from companies.models.people import grants_on


def _is_inside(actor: Actor, row: CompanyOwned | None) -> bool:
    return actor.company is not None and (row is None or row.company_id == actor.company.pk)


def is_own(actor: Actor, employee: Employee) -> bool:
    """Return whether the engagement, this one or another, is the actor's own."""
    return actor.user is not None and employee.user_id == actor.user.pk


def can_enter_hr(actor: Actor) -> bool:
    """HR's admin opens for HR, company admins and auditors of the active company, to read.

    So it does for an operator whom the company let in: only then does one act in a company.
    """
    if actor.company is None:
        return False
    is_let_in = actor.kind == ActorKind.PLATFORM
    return is_let_in or actor.has(Role.HR, Role.COMPANY_ADMIN, Role.AUDITOR)


def can_manage_hr(actor: Actor) -> bool:
    """Only HR and company admins of the active company change or decide anything there."""
    return actor.company is not None and actor.has(Role.HR, Role.COMPANY_ADMIN)


def can_read_records(actor: Actor, row: CompanyOwned | None = None) -> bool:
    """Whoever enters HR's admin reads what belongs to the own company."""
    return can_enter_hr(actor) and _is_inside(actor, row)


def can_manage_records(actor: Actor, row: CompanyOwned | None = None) -> bool:
    """HR writes reference records and people of the own company."""
    return can_manage_hr(actor) and _is_inside(actor, row)


def can_manage_person(actor: Actor, employee: Employee) -> bool:
    """HR says where people stand and which shifts they work, never of themselves.

    What they are paid for hangs on it. Only a company admin whom no other HR could ask may.
    """
    if not can_manage_records(actor, employee):
        return False
    return not is_own(actor, employee) or _has_nobody_to_ask(actor)


def can_see_internship(actor: Actor, internship: Internship) -> bool:
    """The intern, the mentor, and whoever reads HR's records; not all who manage them.

    A mentor who signed in by a PIN sees only what is their own.
    """
    if not _is_inside(actor, internship):
        return False
    own = None if actor.is_limited else actor.employee
    is_mentor = own is not None and own.pk == _mentor_of(internship)
    is_concerned = is_own(actor, internship.employee) or is_mentor
    return is_concerned or can_read_records(actor, internship)


def is_told_of_interns(actor: Actor) -> bool:
    """HR and company admins, and whoever mentors an intern, are told that an internship ends."""
    if actor.company is None or actor.is_limited:
        return False
    if actor.has(Role.HR, Role.COMPANY_ADMIN):
        return True
    return actor.employee is not None and _is_mentor(actor.employee)


def _is_mentor(employee: Employee) -> bool:
    """Return whether the person is anybody's mentor now, or was one before."""
    agreed: bool = Internship.objects.filter(mentor=employee).exists()
    return agreed or bool(InternshipEvent.objects.filter(mentor=employee).exists())


def _mentor_of(internship: Internship) -> int:
    """Return the primary key of the mentor as of now."""
    events = InternshipEvent.objects.filter(internship=internship, mentor__isnull=False)
    latest = events.order_by("-number").values_list("mentor", flat=True).first()
    return latest or internship.mentor_id


def _has_nobody_to_ask(actor: Actor) -> bool:
    if actor.user is None or not actor.has(Role.COMPANY_ADMIN):
        return False
    today = timezone.now().date()
    others = grants_on(today, Role.HR, Role.COMPANY_ADMIN).filter(user__is_active=True)
    return not others.exclude(user=actor.user).exists()


def can_manage_careers(actor: Actor, row: CompanyOwned | None = None) -> bool:
    """HR writes openings, and answers what visitors ask."""
    return can_manage_records(actor, row)


def can_decide_application(actor: Actor, application: Application) -> bool:
    """HR moves and decides applications once confirmed, never one by their own address."""
    if application.confirmed_at is None or not can_manage_records(actor, application):
        return False
    own = (actor.user.email or "").lower() if actor.user is not None else ""
    return not own or own != application.email.lower()


def can_see_application_file(actor: Actor, application: Application) -> bool:
    """Whoever reads HR's records takes what candidates send, but no operator who was let in."""
    return actor.kind != ActorKind.PLATFORM and can_read_records(actor, application)


def can_choose_notices(actor: Actor) -> bool:
    """A person says which mails of the own company they want, not by a PIN that others may know."""
    is_person = actor.kind == ActorKind.PERSON and actor.user is not None
    return is_person and actor.company is not None and not actor.is_limited


def can_send_sign_in_link(actor: Actor, employee: Employee) -> bool:
    """HR invites people of the own company who still work there."""
    return can_manage_records(actor, employee) and not employee.has_left(timezone.now())


def can_grant_role(actor: Actor, grant: RoleGrant | None = None) -> bool:
    """HR gives and takes roles, never their own; that of a company admin, company admins only."""
    if not can_manage_records(actor, grant):
        return False
    if grant is None:
        return True
    is_own = actor.user is not None and grant.user_id == actor.user.pk
    return not is_own and (grant.role != Role.COMPANY_ADMIN or actor.has(Role.COMPANY_ADMIN))


def can_take_back_offer(actor: Actor, invitation: Invitation) -> bool:
    """Whoever may give the role takes back its offer; that of an engagement goes with a new one."""
    is_inside = invitation.employee_id is None and _is_inside(actor, invitation)
    return is_inside and can_grant_role(actor)


def can_end_employment(actor: Actor, employee: Employee) -> bool:
    """HR writes last days, which end roles too; that of a company admin, company admins only."""
    if not can_manage_records(actor, employee):
        return False
    if employee.user_id is None or actor.has(Role.COMPANY_ADMIN):
        return True
    grants = RoleGrant.objects.filter(user=employee.user_id, role=Role.COMPANY_ADMIN)
    return not grants.exists()


def can_set_pin(actor: Actor, employee: Employee) -> bool:
    """A PIN is chosen by the person alone, while they work here."""
    is_self = actor.employee is not None and actor.employee.pk == employee.pk
    return is_self and _is_inside(actor, employee) and not employee.has_left(timezone.now())


def can_clear_pin(actor: Actor, employee: Employee) -> bool:
    """HR takes away a PIN, of others and of whoever has left too."""
    return can_manage_records(actor, employee)


def can_answer_invitation(actor: Actor, invitation: Invitation) -> bool:
    """Only the invited user answers, signed in as themselves and not by a PIN."""
    is_theirs = actor.user is not None and invitation.user_id == actor.user.pk
    return is_theirs and not actor.is_limited


def can_delegate(actor: Actor, giver: Employee, delegate: Employee | None = None) -> bool:
    """Who is away names somebody for themselves; HR for anybody, but never themselves to it."""
    if not _is_inside(actor, giver) or giver.has_left(timezone.now()):
        return False
    if delegate is not None and (is_own(actor, delegate) or not _is_inside(actor, delegate)):
        return False
    return is_own(actor, giver) or can_manage_records(actor, giver)


def can_end_delegation(actor: Actor, delegation: Delegation) -> bool:
    """Whoever gave it, whoever holds it, and HR."""
    if not _is_inside(actor, delegation):
        return False
    is_concerned = is_own(actor, delegation.giver) or is_own(actor, delegation.delegate)
    return is_concerned or can_manage_records(actor, delegation)


def can_ask_support(actor: Actor) -> bool:
    """Operators ask a company to be let in; nobody lets themselves in."""
    return actor.kind == ActorKind.PLATFORM and actor.user is not None


def can_decide_support(actor: Actor, grant: SupportGrant) -> bool:
    """HR of the company answers an operator, never their own asking."""
    is_own = actor.user is not None and grant.operator_id == actor.user.pk
    return not is_own and can_manage_records(actor, grant)


def can_end_support(actor: Actor, grant: SupportGrant) -> bool:
    """HR of the company ends an operator's access, and so does the operator."""
    is_own = actor.user is not None and grant.operator_id == actor.user.pk
    return is_own or can_manage_records(actor, grant)


def can_decide_records(actor: Actor, request: RecordsRequest) -> bool:
    """HR of the company answers who asks for their records, never themselves."""
    is_own = actor.user is not None and request.user_id == actor.user.pk
    return not is_own and can_manage_records(actor, request)


def can_confirm_domain(actor: Actor) -> bool:
    """Only the platform confirms whose a mail domain is, never the company that named it."""
    return actor.kind == ActorKind.PLATFORM


def can_decide_join(actor: Actor) -> bool:
    """Only the platform's operators say which companies join."""
    return actor.kind == ActorKind.PLATFORM and actor.user is not None


def can_sign_out(actor: Actor, employee: Employee) -> bool:
    """HR ends where people of the own company are signed in; a company admin's, another one."""
    return employee.user_id is not None and can_end_employment(actor, employee)


def can_ask_reset(actor: Actor, employee: Employee) -> bool:
    """HR asks to reset the sign-in of who works here, never their own; see `can_end_employment`."""
    if employee.user_id is None or is_own(actor, employee):
        return False
    return not employee.has_left(timezone.now()) and can_end_employment(actor, employee)


def can_decide_reset(actor: Actor, reset: SignInReset) -> bool:
    """A second person of HR decides, or the platform where a company has no second one.

    Never who asked, and never the person whose sign-in it is.
    """
    if actor.id == reset.asked_id:
        return False
    if actor.kind == ActorKind.PLATFORM:
        return True
    return can_ask_reset(actor, reset.employee)


def can_manage_slack(actor: Actor, workspace: SlackWorkspace | None = None) -> bool:
    """HR connects the company's Slack workspace, says what it may do, and disconnects it."""
    return can_manage_records(actor, workspace)


def can_confirm_slack(actor: Actor, identity: SlackIdentity) -> bool:
    """Only whom a Slack account matched says that it is theirs, while they work here.

    Not by a PIN: what is connected opens more than one's own pages.
    """
    is_theirs = actor.user is not None and actor.user.pk == identity.user_id
    is_here = _is_inside(actor, identity) and actor.employee is not None
    return is_theirs and is_here and not actor.is_limited


def can_remove_slack(actor: Actor, identity: SlackIdentity) -> bool:
    """Whose Slack account it is lets it go, and so does HR; not by a PIN."""
    is_theirs = actor.user is not None and actor.user.pk == identity.user_id
    may = is_theirs or can_manage_records(actor, identity)
    return may and _is_inside(actor, identity) and not actor.is_limited
