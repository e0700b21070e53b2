"""Pages of internships: the intern's, the mentor's, and who may take the paper."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from attendance.models import Certificate
from attendance.services.certificates import certificate_issue
from companies.enums import EmploymentType
from companies.models import Employee, Internship, Placement, User
from companies.scoping import company_scope
from companies.services import internship_void, logo_set
from tests.attendance.certificate_world import NOW, completed, issued, set_day
from tests.attendance.world import World, at
from tests.companies.internship_world import FIRST, make_internship
from tests.integrations.tables.pdf import Reader
from tests.portal.test_code_sign_in import give_pin, sign_in


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOW), tick=False) as traveller:
        yield traveller


def _client(employee: Employee) -> Client:
    client = Client()
    assert employee.user is not None
    client.force_login(employee.user)
    return client


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("<main")[1]))


def test_the_intern_reads_dates_mentor_days_left_and_attendance(world: World) -> None:
    with company_scope(world.company):
        make_internship(world, ends_on=dt.date(2026, 3, 31))
        set_day(world, 3, worked=450)
    text = _text(_client(world.maya), "/internship/")
    assert "Monday, 2 March 2026 – Tuesday, 31 March 2026 Running 15 days left" in text
    assert (
        "Mentor Bikram Present so far 1 day Working days so far 11 days Worked so far 7 h 30 min"
    ) in text
    assert "Your internship" in _text(_client(world.maya), "/me/")
    assert "Your internship" not in _text(_client(world.hari), "/me/")


@pytest.mark.parametrize(
    ("ends_on", "words"),
    [("2026-03-16", "Ends soon Today is the last day"),
     ("2026-03-15", "Over, to be completed Over"),
     ("2026-03-17", "Ends soon 1 day left")],
)  # fmt: skip
def test_how_many_days_are_left(world: World, ends_on: str, words: str) -> None:
    with company_scope(world.company):
        make_internship(world, ends_on=dt.date.fromisoformat(ends_on))
    assert words in _text(_client(world.maya), "/internship/")


def test_one_that_has_not_begun_has_no_attendance(world: World) -> None:
    with company_scope(world.company):
        day = dt.date(2026, 3, 20)
        make_internship(world, starts_on=day, ends_on=day)
    text = _text(_client(world.maya), "/internship/")
    assert "To come Has not begun" in text and "so far" not in text


def test_who_was_hired_since_keeps_the_way_to_the_certificate(world: World) -> None:
    with company_scope(world.company):
        issued(world)
        Employee.objects.filter(pk=world.maya.pk).update(employment_type=EmploymentType.EMPLOYEE)
    client = _client(world.maya)
    assert "Your internship" in _text(client, "/me/")
    assert "Download the certificate" in _text(client, "/internship/")


def test_who_has_none_is_told_so(world: World) -> None:
    with company_scope(world.company):
        internship_void(internship=make_internship(world), reason="typed twice", by=world.hr)
    assert "No internship of yours is written down" in _text(_client(world.maya), "/internship/")
    assert "You are nobody's mentor" in _text(_client(world.bikram), "/team/interns/").replace(
        "&#x27;", "'"
    )


def test_a_completed_one_waits_for_its_certificate_and_then_has_it(world: World) -> None:
    with company_scope(world.company):
        completed(world)
    client = _client(world.maya)
    assert "as soon as HR has issued it" in _text(client, "/internship/")
    with company_scope(world.company):
        row = certificate_issue(internship=Internship.objects.get(), by=world.hr)
    text = client.get("/internship/").text
    assert f"/certificates/{row.public_id}/file" in text and f"/certificate/{row}/" in text
    assert "so far" not in text and "days left" not in text


def test_the_paper_says_what_was_certified(world: World) -> None:
    with company_scope(world.company):
        row = issued(world)
    answer = _client(world.maya).get(f"/certificates/{row.public_id}/file")
    assert answer["Content-Disposition"] == f'attachment; filename="certificate-{row}.pdf"'
    assert (answer["Content-Type"], answer["Cache-Control"]) == (
        "application/pdf", "private, no-store",
    )  # fmt: skip
    (page,) = Reader(answer.content).pages()
    for words in (
        "Kettle", "Maya", "was an intern from Monday, 2 March 2026 to Friday, 13 March 2026.",
        "2½ days", "10 days", "19 h 30 min", "Bikram", "Good hands.",
        "Issued on Monday, 16 March 2026 by Hari", str(row),
    ):  # fmt: skip
        assert words in page.texts
    assert page.texts[-1].endswith(f"/certificate/{row}/")


def test_the_paper_has_the_companys_logo(world: World) -> None:
    with company_scope(world.company):
        row = issued(world)
    client, path = _client(world.maya), f"/certificates/{row.public_id}/file"
    assert b"/Subtype /Image" not in client.get(path).content
    picture = io.BytesIO()
    Image.new("RGB", (60, 30), (10, 90, 60)).save(picture, "PNG")
    with company_scope(world.company):
        logo_set(company=world.company, data=picture.getvalue(), by=world.hr)
    paper = client.get(path).content
    assert b"/Subtype /Image" in paper
    assert client.get(path).content == paper


def test_only_the_intern_the_mentor_and_hr_take_it(world: World, other_world: World) -> None:
    with company_scope(world.company):
        row = issued(world)
        nima = Employee.objects.create(
            company=world.company, code="nima", name="Nima", joined_on=FIRST,
            user=User.objects.create_user(email="nima@kettle.example", name="Nima"),
        )  # fmt: skip
    path = f"/certificates/{row.public_id}/file"
    people = (world.maya, world.bikram, world.hari, nima, other_world.hari)
    assert [_client(person).get(path).status_code for person in people] == [
        200, 200, 200, 404, 404,
    ]  # fmt: skip
    assert Client().get(path).status_code == 302
    nobody = User.objects.create_user(email="nobody@kettle.example", name="Nobody")
    client = Client()
    client.force_login(nobody)
    assert client.get(path).status_code in (302, 404)


def test_the_mentor_sees_their_interns_and_days_only_of_a_team(world: World) -> None:
    with company_scope(world.company):
        make_internship(world, ends_on=dt.date(2026, 3, 31))
    client = _client(world.bikram)
    assert "Your interns" in _text(client, "/me/")
    assert "Your interns" not in _text(_client(world.hari), "/me/")
    text = _text(client, "/team/interns/")
    assert "Maya Running Monday, 2 March 2026 – Tuesday, 31 March 2026 15 days left" in text
    month = f"/team/{world.maya.public_id}/month/"
    assert month not in client.get("/team/interns/").text
    assert client.get(month).status_code == 404
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
    assert month in client.get("/team/interns/").text
    assert "/team/interns/" in client.get("/team/").text


def test_pages_are_of_employees_and_not_of_a_pin_where_others_stand(world: World) -> None:
    with company_scope(world.company):
        row = issued(world)
        Employee.objects.filter(pk=world.hari.pk).update(user=None)
    for path in ("/internship/", "/team/interns/"):
        assert _client(world.hari).get(path).status_code == 404
    give_pin(world, world.bikram)
    client = Client()
    sign_in(client, code="bikram")
    assert client.get("/internship/").status_code == 200
    assert client.get("/team/interns/").status_code == 403
    assert client.get(f"/certificates/{row.public_id}/file").status_code == 404
    assert "Your interns" not in _text(client, "/me/")


def test_pages_cost_the_same_for_three(world: World) -> None:
    def statements() -> list[int]:
        counts = []
        for person, path in ((world.maya, "/internship/"), (world.bikram, "/team/interns/")):
            client = _client(person)
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            counts.append(len(queries))
        return counts

    with company_scope(world.company):
        issued(world)
        make_internship(world, starts_on=dt.date(2026, 3, 16), ends_on=dt.date(2026, 3, 18))
    before = statements()
    with company_scope(world.company):
        for day in (19, 20):
            date = dt.date(2026, 3, day)
            make_internship(world, starts_on=date, ends_on=date)
        assert Certificate.objects.count() == 1
    assert statements() == before
