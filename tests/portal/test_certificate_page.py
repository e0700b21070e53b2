"""The public check of a certificate: what it says, to whom, and how often."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from PIL import Image

from attendance.models import Certificate
from attendance.services.certificates import certificate_issue, certificate_revoke
from companies.scoping import company_scope
from companies.services import logo_set
from portal.certificate_views import CHECKS_AN_HOUR
from tests.attendance.certificate_world import NOW, issued, set_day
from tests.attendance.world import World, at, make_world

UNKNOWN = "We know no certificate with this code."


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOW), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def certificate(world: World) -> Certificate:
    with company_scope(world.company):
        return issued(world)


def _text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("<main")[1]))


def test_anybody_reads_what_the_certificate_says_and_nothing_more(
    client: Client, world: World, certificate: Certificate
) -> None:
    answer = client.get(f"/certificate/{certificate}/")
    assert answer.status_code == 200
    said = _text(answer).partition("Certificate of attendance")[2].strip()
    assert said == (
        "Valid This certificate is valid. Company Kettle Intern Maya From Monday, 2 March 2026 "
        "To Friday, 13 March 2026 Present 2½ days Working days 10 days Worked 19 h 30 min Mentor "
        "Bikram Remark Good hands. Issued on Monday, 16 March 2026 Issued by Hari Code "
        f"{certificate} Check another one"
    )
    for secret in (world.maya.code + "@", str(world.maya.public_id), str(certificate.public_id)):
        assert secret not in answer.text
    assert '<meta name="robots" content="noindex">' in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_it_stands_under_the_companys_logo_as_the_paper_does(
    client: Client, world: World, certificate: Certificate
) -> None:
    path, other = f"/certificate/{certificate}/", make_world("oolong")
    picture = io.BytesIO()
    Image.new("RGB", (60, 30), (10, 90, 60)).save(picture, "PNG")
    with company_scope(other.company):
        logo_set(company=other.company, data=picture.getvalue(), by=other.hr)
    assert "<img" not in client.get(path).text.split("<main")[1]
    with company_scope(world.company):
        logo_set(company=world.company, data=picture.getvalue(), by=world.hr)
    shown = client.get(path).text.split("<main")[1]
    assert shown.count('<img class="company-logo" src="data:image/png;base64,') == 1


def test_a_code_is_typed_into_a_form_that_may_be_found(
    client: Client, certificate: Certificate
) -> None:
    form = client.get("/certificate/")
    assert form.status_code == 200 and "noindex" not in form.text
    typed = str(certificate).lower().replace("-", " ")
    answer = client.get("/certificate/", {"code": typed})
    assert (answer.status_code, answer["Location"]) == (302, f"/certificate/{certificate}/")
    assert client.get(f"/certificate/{certificate.code.lower()}/").status_code == 200


@pytest.mark.parametrize("code", ["ACDE-FGHJ-KMNP", "nothing", "0000-0000-0000", "%20", "A" * 900])
def test_an_unknown_code_and_what_is_none_answer_alike(
    client: Client, certificate: Certificate, code: str
) -> None:
    for answer in (
        client.get(f"/certificate/{code}/"),
        client.get("/certificate/", {"code": code}, follow=True),
    ):
        assert answer.status_code == 404
        assert UNKNOWN in answer.text and "noindex" in answer.text
        assert "Kettle" not in answer.text


def test_a_replaced_one_and_a_revoked_one_say_so(
    client: Client, world: World, certificate: Certificate
) -> None:
    with company_scope(world.company):
        set_day(world, 5, worked=480)
        second = certificate_issue(internship=certificate.internship, by=world.hr)
    text = _text(client.get(f"/certificate/{certificate}/"))
    assert "Replaced This certificate was replaced by a later one." in text
    assert "Present 2½ days" in text and str(second) not in text
    assert "Present 3½ days" in _text(client.get(f"/certificate/{second}/"))
    with company_scope(world.company):
        certificate_revoke(certificate=second, reason="a secret reason", by=world.hr)
    text = _text(client.get(f"/certificate/{second}/"))
    assert "Revoked The company revoked this certificate. It holds no more." in text
    assert "a secret reason" not in text


def test_nobody_tries_out_codes(client: Client, certificate: Certificate) -> None:
    path = f"/certificate/{certificate}/"
    for _n in range(CHECKS_AN_HOUR):
        assert client.get(path).status_code == 200
    answer = client.get(path)
    assert answer.status_code == 429
    assert "Too many attempts." in answer.text and "Kettle" not in answer.text
    assert client.get(path, REMOTE_ADDR="203.0.113.9").status_code == 200


def test_nothing_is_sent_to_it(client: Client, certificate: Certificate) -> None:
    for path in ("/certificate/", f"/certificate/{certificate}/"):
        assert client.post(path).status_code == 405
