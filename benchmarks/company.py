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


def enrol(world: World, employee: Employee, engine: FaceEngine, templates: Sequence[bytes]) -> None:
    """Let the person have agreed to face checks, with these templates as their face."""
    person = str(employee.public_id)
    with company_scope(world.company):
        FaceConsent.objects.create(
            company=world.company, employee=employee, text_version=consent_text.VERSION,
            text_sha256="", locale="en", is_given=True, decided_at=timezone.now(),
        )  # fmt: skip
        enrolment = FaceEnrolment.objects.create(
            company=world.company, employee=employee, state=EnrolmentState.ACTIVE
        )
        for template in templates:
            sealed = vault.seal(template, person=person, engine=engine.name, version=engine.version)
            FaceTemplate.objects.create(
                company=world.company, enrolment=enrolment, engine=engine.name,
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
