"""Two companies alike, with a row of every kind, and everybody who may ask for one.

Who asks is a list of roles: a new one is one more line of `ROLES` and one more column of the table.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

import time_machine
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import override_settings

from attendance.enums import CorrectionKind, Direction
from attendance.models import (
    CorrectionRequest,
    FaceEnrolment,
    FaceUpload,
    OvertimeDay,
    ParkedTap,
    PunchFrame,
)
from attendance.services import attachments as correction_files
from attendance.services import enrolment
from attendance.services.days import person_recompute
from companies import services
from companies.actor import ENTERED, job_actor
from companies.enums import (
    ApplicationStage,
    CalendarKind,
    EmploymentType,
    InternshipStep,
    InvitationChannel,
    RequestOutcome,
    Role,
)
from companies.models import (
    BlockedAddress,
    CalendarDay,
    Company,
    CompanyLogo,
    Delegation,
    Department,
    EmailChange,
    Employee,
    Internship,
    InternshipEvent,
    Invitation,
    JobRun,
    Opening,
    Placement,
    PolicyVersion,
    RecordsRequest,
    ReportExport,
    RoleGrant,
    SignedInSession,
    SupportGrant,
    User,
)
from companies.scoping import company_scope
from companies.services import careers_files
from integrations import faces
from integrations.faces.protocol import Outcome
from leave.models import CompOffClaim, LeaveType
from leave.selectors.scenes import Asked
from leave.services import attachments, requests
from leave.services import settings as leave_settings
from tests.admin.conftest import NOON, fill
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import START, ZONE, World, at, make_person, make_world
from tests.companies import slack_constraints as slack_rows
from tests.companies.careers_constraints import visitor
from tests.companies.careers_world import PDF, at_stage, opening_of
from tests.companies.sign_in_rows import join
from tests.integrations import pictures
from tests.leave import rows

# Where allauth keeps by what somebody signed in.
METHODS = "account_authentication_methods"
OURS, THEIRS = "kettle", "zqx"
LOGO = pictures.encoded(pictures.plain(40, 20, (10, 90, 60)), "PNG")
_SLACK = {
    f"MUSTER_SLACK_{name}": "of-no-worth"
    for name in ("CLIENT_ID", "CLIENT_SECRET", "SIGNING_SECRET")
}
LEFT_ON = dt.date(2026, 3, 1)


@dataclass
class House:
    """One company with its people by what they are there."""

    world: World
    people: dict[str, Employee] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    card: str = ""  # what opens a printed invitation


def _grant(house: House, user: User | None, role: Role, department: Any = None) -> None:
    RoleGrant.objects.create(
        company=house.world.company, user=user, role=role, department=department, starts_on=START
    )


def _hire(house: House, key: str, name: str) -> Employee:
    world = house.world
    person = make_person(world.company, name, world.office, world.day_shift)
    house.people[key] = person
    assert person.user is not None
    house.users[key] = person.user
    return person


def _staff(house: House) -> None:
    """Everybody beside Maya, whose rows are asked for, her colleague and HR."""
    world, company = house.world, house.world.company
    looms = Department.objects.get(name=f"Looms {company.code}")
    dyes = Department.objects.create(company=company, name=f"Dyes {company.code}")
    for key, person in (("self", world.maya), ("colleague", world.bikram), ("hr", world.hari)):
        assert person.user is not None
        house.people[key], house.users[key] = person, person.user
    named = _hire(house, "named_manager", "Nima")
    for key, name, department in (
        ("manager", "Mina", looms), ("other_manager", "Dipa", dyes),
    ):  # fmt: skip
        _grant(house, _hire(house, key, name).user, Role.MANAGER, department)
    Placement.objects.filter(employee=world.maya).update(department=looms, manager=named)
    Placement.objects.filter(employee=world.bikram).update(department=dyes)
    _grant(house, _hire(house, "company_admin", "Chandra").user, Role.COMPANY_ADMIN)
    auditor = User.objects.create_user(email=f"audit@{company.code}.example", name="Audrey")
    house.users["auditor"] = auditor
    _grant(house, auditor, Role.AUDITOR)
    for key, name, changes in (
        ("former", "Fern", {"left_on": LEFT_ON}),
        ("former_hr", "Frida", {"left_on": LEFT_ON}),
        ("switched_off", "Sita", {"is_active": False}),
    ):
        person = _hire(house, key, name)
        if key == "former_hr":
            _grant(house, person.user, Role.HR)
        Employee.objects.filter(pk=person.pk).update(**changes)


def _ask(world: World, person: Employee) -> None:
    asked = CorrectionRequest.objects.create(
        company=world.company, employee=person, date=dt.date(2026, 3, 3),
        kind=CorrectionKind.MISSING_OUT, out_at=at("2026-03-03 17:45"), zone=ZONE,
    )  # fmt: skip
    now = at(NOON)
    file = correction_files.read(jpeg(), now=now)
    correction_files.keep(request=asked, file=file, by=world.actor(person), now=now)
    OvertimeDay.objects.get_or_create(
        employee=person, date=dt.date(2026, 2, 26),
        defaults={
            "company": world.company, "extra_minutes": 30, "state": "counted",
            "computed_at": at("2026-03-03 18:00"),
        },
    )  # fmt: skip


def _ask_leave(house: House) -> None:
    """Maya and HR each asked for leave, with a file."""
    world, now = house.world, at(NOON)
    kind = leave_settings.type_add(company=world.company, name="Rest", code="RL", by=world.hr)
    leave_settings.type_version_set(leave_type=kind, by=world.hr, needs_allocation=False)
    day = dt.date(2026, 3, 17)
    for person in (world.maya, world.hari):
        requests.request_submit(
            employee=person, asked=Asked(leave_type=kind, first_on=day, last_on=day),
            by=world.actor(person), file=attachments.read(jpeg(), now=now), now=now,
        )  # fmt: skip


def _enrol(world: World, person: Employee) -> None:
    actor, now = world.actor(person), at("2026-03-01 09:00")
    enrolment.consent_answer(by=actor, is_given=True, now=now)
    enrolment.enrolment_start(by=actor, now=now)
    for _n in range(enrolment.FRAMES_NEEDED):
        enrolment.frame_add(by=actor, frame=jpeg())
    enrolment.enrolment_finish(by=actor, now=now)


def _send_photo(world: World, person: Employee) -> None:
    """A photo that may be sent for the last enrolment of the person."""
    FaceUpload.objects.create(
        company=world.company, content_type="image/jpeg", asked_at=at(NOON),
        enrolment=FaceEnrolment.objects.filter(employee=person).latest("pk"),
        expires_at=at(NOON) + dt.timedelta(hours=1),
    )  # fmt: skip


def _leave(house: House) -> None:
    """Work on a day off, that a kind of leave is earned by, and calendar feeds."""
    world = house.world
    for person in (world.maya, world.hari):
        rows.feed(world, employee=person)
        world.punch(person, "2026-02-28 09:00")
        world.punch(person, "2026-02-28 17:30", Direction.OUT)


def _happenings(house: House) -> None:
    """What `fill` does not leave: pictures, requests, a flagged punch, an optional holiday."""
    world, company = house.world, house.world.company
    PolicyVersion.objects.create(
        company=company, starts_on=dt.date(2026, 1, 2), zone=ZONE, allows_unchecked=True,
        optional_holiday_quota=2,
    )  # fmt: skip
    company.refresh_from_db()
    CalendarDay.objects.create(
        company=company, date=dt.date(2026, 4, 14), kind=CalendarKind.OPTIONAL_HOLIDAY,
        name=f"New Year {company.code}",
    )  # fmt: skip
    for person in (world.hari, world.bikram):
        _enrol(world, person)
    with faces.using(FakeEngine(Outcome.MISMATCH)):
        world.punch(world.maya, "2026-03-03 09:00", frame=jpeg())
        world.punch(world.hari, "2026-03-03 09:10", frame=jpeg())
        world.punch(world.bikram, "2026-03-03 21:55", frame=jpeg(), weigh=False)
    _leave(house)
    # Who forgot to check out, not yet asked for; and who is about to show their face anew.
    world.punch(world.maya, "2026-02-27 09:00")
    enrolment.enrolment_start(by=world.actor(world.bikram), now=at(NOON))
    for person in (world.maya, world.hari, world.bikram):
        _send_photo(world, person)
        BlockedAddress.objects.create(
            address=person.email, problem="bounced", event_id="e", blocked_at=at(NOON)
        )
    annual = LeaveType.objects.get(code="AL")
    rows.waiting(world, annual.versions.get(), world.hari)
    CompOffClaim.objects.create(
        company=company, employee=world.hari, leave_type=annual,
        date=dt.date(2026, 2, 28), amount=1,
    )  # fmt: skip
    for person in (world.maya, world.hari):
        person_recompute(
            employee=person, first=dt.date(2026, 2, 27), last=dt.date(2026, 3, 3), now=at(NOON)
        )
        _ask(world, person)


def _internships(house: House) -> None:
    """One of Maya's that ends today, so that all may be decided of it; one to be certified."""
    company, made = house.world.company, {"made_by_id": "x", "made_by_name": "Hari"}
    for first, last in ((2, 4), (1, 1)):
        row = Internship.objects.create(
            company=company, employee=house.world.maya, mentor=house.people["named_manager"],
            starts_on=dt.date(2026, 3, first), agreed_until=dt.date(2026, 3, last),
            made_at=at(NOON), **made,
        )  # fmt: skip
    InternshipEvent.objects.create(
        company=company, internship=row, number=1, step=InternshipStep.COMPLETED,
        made_at=at(NOON), **made,
    )  # fmt: skip


def _careers(house: House) -> None:
    """Candidates at the stages that HR decides from, one with a file; what visitors asked."""
    published = Opening.objects.get()
    opening_of(house.world, title="Dyer", state="draft")
    at_stage(published, ApplicationStage.ASKED, purge_at=at(NOON) + dt.timedelta(days=1))
    row = at_stage(published, ApplicationStage.ACCEPTED, name=f"Hira {published.company.code}")
    sent = careers_files.read(PDF, now=at(NOON))
    careers_files.row_of(row, sent, at(NOON))
    careers_files.store([sent])
    answered = {"answer": "Yes.", "answered_at": at(NOON)}
    visitor(house.world, **answered)
    visitor(house.world, **answered, is_published=True, public_question="Tea?")


def _slack(house: House) -> None:
    """A workspace, an account that Maya has confirmed, and one that the manager may confirm."""
    place = slack_rows.workspace(house.world)
    slack_rows.identity(place, house.world, confirmed_at=at(NOON))
    slack_rows.identity(
        place, house.world, "U2", user=house.users["manager"], asked_at=at(NOON),
        link_key=uuid.uuid4(),
    )  # fmt: skip


def _openings(house: House, helper: User, guest: User) -> None:
    """Ways in that somebody opened: a stand-in, a card, an invitation, a helper, one's records."""
    world, company = house.world, house.world.company
    Delegation.objects.create(
        company=company, giver=house.people["manager"], made_by=house.users["manager"],
        delegate=_hire(house, "delegate", "Deepa"), starts_on=LEFT_ON,
        ends_on=dt.date(2026, 3, 31),
    )  # fmt: skip
    carded, invited = (
        Employee.objects.create(
            company=company,
            code=name.lower(),
            name=name,
            joined_on=START,
            employment_type=EmploymentType.INTERN,
        )
        for name in ("Ivan", "Ina")
    )
    house.people["carded"] = carded
    house.card = services.invitation_print(employee=carded, by=world.hr)
    Invitation.objects.create(
        company=company, employee=invited, channel=InvitationChannel.MAIL, user=guest,
        inviter="Hari", made_at=at(NOON), expires_at=at(NOON) + dt.timedelta(days=7),
    )  # fmt: skip
    opened = {"company": company, "asked_at": at(NOON), "outcome": RequestOutcome.APPROVED}
    SupportGrant.objects.create(
        **opened, operator=helper, reason="a wrong total", starts_at=at("2026-03-04 11:30"),
        ends_at=at("2026-03-04 12:30"),
    )  # fmt: skip
    RecordsRequest.objects.create(company=company, user=house.users["former"], asked_at=at(NOON))
    ReportExport.objects.create(
        company=company, user=house.users["hr"], report="summary", file_format="csv", total=1,
        file_name="summary.csv", asked_at=at(NOON),
    )  # fmt: skip
    _internships(house)
    _careers(house)
    CompanyLogo.objects.create(company=company, content=LOGO, sha256="0" * 64)
    Company.objects.filter(pk=company.pk).update(logo_version=f"{company.code:0<16}")
    phone = SessionStore()
    phone.create()
    SignedInSession.objects.create(
        user=house.users["self"], session_key=phone.session_key, device="a phone",
        started_at=at(NOON), seen_at=at(NOON),
    )  # fmt: skip
    EmailChange.objects.create(
        user=house.users["self"], before=house.people["self"].email, asked_at=at(NOON),
        after=f"maya@new.{company.code}.example",
    )  # fmt: skip
    _slack(house)
    RecordsRequest.objects.create(
        **opened, user=house.users["former_hr"], available_until=at("2026-03-10 12:00")
    )


def make_house(code: str, *, helper: User, guest: User) -> House:
    house = House(fill(make_world(code)))
    with company_scope(house.world.company):
        _staff(house)
        _happenings(house)
        _openings(house, helper, guest)
        house.world.company.refresh_from_db()
        _ask_leave(house)
    house.world.company.refresh_from_db()
    return house


@dataclass(frozen=True)
class Role_:  # noqa: N801  # `Role` is what a grant gives
    """One who asks: a column of the table."""

    column: str
    words: str
    user: Callable[[Stand], User | None]
    kind: str = "inside"
    session: Callable[[Stand], dict[str, Any]] = lambda stand: {}

    @property
    def is_first(self) -> bool:
        """Return whether methods that no page sends are asked in this one's name first."""
        return self.column in ("nobody", "self", "hr", "oper")


@dataclass
class Stand:
    """Both companies; rows of `ours` are asked for, people of both ask."""

    ours: House
    theirs: House
    operator: User
    helper: User
    nowhere: User

    def users(self) -> dict[str, User | None]:
        return {role.column: role.user(self) for role in ROLES}

    def sessions(self) -> dict[str, dict[str, Any]]:
        """Return what stands in each one's session beside who it is."""
        return {role.column: role.session(self) for role in ROLES}


def _of_ours(key: str) -> Callable[[Stand], User | None]:
    return lambda stand: stand.ours.users[key]


def _of_theirs(key: str) -> Callable[[Stand], User | None]:
    return lambda stand: stand.theirs.users[key]


def _by_pin(stand: Stand) -> dict[str, Any]:
    """Return what is noted in a session that a PIN opened."""
    person = stand.ours.people["self"]
    said = {"method": "pin", "at": at(NOON).timestamp(), "employee": str(person.public_id)}
    return {METHODS: [said], f"{METHODS}_user": str(person.user_id)}


def _let_in(stand: Stand) -> dict[str, Any]:
    """Return what is noted in the session of an operator who entered a company."""
    with company_scope(stand.ours.world.company):
        grant = SupportGrant.objects.get(operator=stand.helper)
    return {ENTERED: str(grant.public_id)}


ROLES = (
    Role_("nobody", "not signed in", lambda stand: None, "nobody"),
    Role_("self", "the person whose rows are asked for", _of_ours("self")),
    Role_("pin", "the same person, signed in by a PIN", _of_ours("self"), session=_by_pin),
    Role_("peer", "a colleague", _of_ours("colleague")),
    Role_("mgr", "manager of the person's department", _of_ours("manager")),
    Role_("named", "the person's manager by name", _of_ours("named_manager")),
    Role_("mgr2", "manager of another department", _of_ours("other_manager")),
    Role_("deleg", "stands in for the department's manager now", _of_ours("delegate")),
    Role_("hr", "HR", _of_ours("hr")),
    Role_("admin", "company admin", _of_ours("company_admin")),
    Role_("audit", "auditor, no employee", _of_ours("auditor")),
    Role_("supp", "operator whom the company let in", lambda s: s.helper, session=_let_in),
    Role_("oper", "operator of the platform", lambda stand: stand.operator, "nowhere"),
    Role_("left", "former employee", _of_ours("former"), "nowhere"),
    Role_("lefthr", "former HR", _of_ours("former_hr"), "nowhere"),
    Role_("off", "employee who was switched off", _of_ours("switched_off"), "nowhere"),
    Role_("none", "signed in, of no company; invited by one", lambda s: s.nowhere, "nowhere"),
    Role_("o-emp", "employee of another company", _of_theirs("self"), "elsewhere"),
    Role_("o-mgr", "manager of another company", _of_theirs("manager"), "elsewhere"),
    Role_("o-hr", "HR of another company", _of_theirs("hr"), "elsewhere"),
    Role_("o-adm", "company admin of another company", _of_theirs("company_admin"), "elsewhere"),
    Role_("o-aud", "auditor of another company", _of_theirs("auditor"), "elsewhere"),
)  # fmt: skip


@contextmanager
def standing() -> Iterator[Stand]:
    """Build the stand, at noon, with a folder of its own for pictures."""
    with (
        TemporaryDirectory() as folder,
        override_settings(STORAGES=_photos_in(folder), **_SLACK),
        time_machine.travel(at(NOON), tick=False),
        faces.using(FakeEngine()),
    ):
        JobRun.objects.create(name="outbox", started_at=at(NOON))
        ParkedTap.objects.create(
            who="nobody", tap="nothing", error="nobody_there", parked_at=at(NOON)
        )
        join("waiting", confirmed_at=at(NOON))
        join("asked", token=uuid.UUID(int=8), purge_at=at("2026-03-11 12:00"))
        grant = services.operator_create(name="Otto", email="o@m.example", by=job_actor("test"))
        nowhere = User.objects.create_user(email="no@where.example", name="Nowhere")
        helper = services.operator_create(name="Olga", email="g@m.example", by=job_actor("test"))
        houses = [make_house(c, helper=helper.user, guest=nowhere) for c in (OURS, THEIRS)]
        yield Stand(*houses, grant.user, helper.user, nowhere)


def _photos_in(folder: str) -> dict[str, Any]:
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": folder, "base_url": None}}
    return {**settings.STORAGES, "default": default}


def frame_of(person: Employee) -> PunchFrame:
    """Return the picture of the person's punch."""
    found: PunchFrame = PunchFrame.objects.get(punch__employee=person)
    return found
