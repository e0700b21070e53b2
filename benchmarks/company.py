"""The company that is measured: the tests' own small one, and as many people as a load needs."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from PIL import Image, ImageOps

from attendance import consent_text, passes
from attendance.enums import Direction, EnrolmentState
from attendance.models import FaceConsent, FaceEnrolment, FaceTemplate
from attendance.passes import PunchPass
from companies.models import Employee, Placement, User
from companies.scoping import company_scope
from integrations.faces import vault
from integrations.faces.protocol import FaceEngine
from tests.attendance.world import START, ZONE, World, make_world
from tests.portraits import portrait

_SIZE = (640, 480)
# What the page asks of the browser: canvas.toBlob(…, "image/jpeg", 0.9).
_QUALITY = 90
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def frame(name: str = "obama") -> bytes:
    """Return a portrait as the page's camera would send it: 640×480, JPEG."""
    with Image.open(io.BytesIO(portrait(name))) as image:
        picture = ImageOps.pad(image.convert("RGB"), _SIZE, color=(128, 128, 128))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def make(code: str, people: int) -> tuple[World, list[Employee]]:
    """Return a company, and so many people with a sign-in and a day shift in it."""
    world = make_world(code)
    users = [
        User(name=f"Person {number}", email=f"p{number}@{code}.example", password="!")
        for number in range(people)
    ]
    User.objects.bulk_create(users)
    with company_scope(world.company):
        employees: list[Employee] = Employee.objects.bulk_create(
            Employee(
                company=world.company, user=user, code=f"p{number}", name=user.name,
                email=user.email or "", joined_on=START,
            )
            for number, user in enumerate(users)
        )  # fmt: skip
        Placement.objects.bulk_create(
            Placement(
                company=world.company, employee=employee, starts_on=START, office=world.office,
                default_shift=world.day_shift,
            )
            for employee in employees
        )  # fmt: skip
    return world, employees


def dismiss(world: World, *people: Employee) -> None:
    """Let there never have been these people."""
    with company_scope(world.company):
        Placement.objects.filter(employee__in=people).delete()
        for person in people:
            person.delete()


def enrol(
    world: World, people: Sequence[Employee], engine: FaceEngine, templates: Sequence[list[bytes]]
) -> None:
    """Let each of the people have agreed to face checks, with their templates as their face."""
    now = timezone.now()
    with company_scope(world.company):
        consents = FaceConsent.objects.bulk_create(
            FaceConsent(
                company=world.company, employee=employee, text_version=consent_text.VERSION,
                text_sha256="", locale="en", is_given=True, decided_at=now,
            )
            for employee in people
        )  # fmt: skip
        enrolments = FaceEnrolment.objects.bulk_create(
            FaceEnrolment(
                company=world.company, employee=consent.employee, consent=consent,
                state=EnrolmentState.ACTIVE, started_at=now, activated_at=now,
            )
            for consent in consents
        )  # fmt: skip
        FaceTemplate.objects.bulk_create(
            _sealed(enrolment, engine, template)
            for enrolment, own in zip(enrolments, templates, strict=True)
            for template in own
        )


def _sealed(enrolment: FaceEnrolment, engine: FaceEngine, template: bytes) -> FaceTemplate:
    person = str(enrolment.employee.public_id)
    sealed = vault.seal(template, person=person, engine=engine.name, version=engine.version)
    return FaceTemplate(
        company=enrolment.company, enrolment=enrolment, engine=engine.name,
        version=engine.version, key_id=sealed.key_id, ciphertext=sealed.ciphertext,
    )  # fmt: skip


def pass_of(world: World, employee: Employee, direction: Direction = Direction.IN) -> str:
    """Return the pass that the person's page holds."""
    claim = PunchPass(
        company=str(world.company.public_id), employee=str(employee.public_id), zone=ZONE,
        direction=direction, action_key=f"{uuid.uuid4()}:{direction.value}",
    )  # fmt: skip
    return passes.issue(claim)


def session_of(user: User) -> str:
    """Return the key of a session in which the user is signed in."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = _BACKEND
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)
