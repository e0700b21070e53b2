"""One's own file tells of internships and certificates, and names nobody else."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.http import FileResponse
from django.test import Client

from attendance.services.certificates import certificate_issue, certificate_revoke
from companies.scoping import company_scope
from tests.attendance.certificate_world import NOW, issued, set_day
from tests.attendance.world import World, at, make_world


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with time_machine.travel(at(NOW), tick=False):
        yield make_world()


def _file(world: World) -> zipfile.ZipFile:
    client = Client()
    assert world.maya.user is not None
    client.force_login(world.maya.user)
    answer = client.post("/me/data")
    assert isinstance(answer, FileResponse)
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[arg-type]


def test_what_was_agreed_decided_and_certified_stands_inside(world: World) -> None:
    with company_scope(world.company):
        first = issued(world)
        certificate_revoke(certificate=first, reason="a day was missing", by=world.hr)
        set_day(world, 5, worked=480)
        second = certificate_issue(internship=first.internship, by=world.hr)
    file = _file(world)
    tables: dict[str, list[dict[str, Any]]] = json.loads(file.read("export.json"))["tables"]
    (internship,) = tables["internships"]
    assert (internship["starts_on"], internship["agreed_until"]) == ("2026-03-02", "2026-03-13")
    assert (internship["stipend_per"], internship["employee_code"]) == ("none", "maya")
    (decided,) = internship["decided"]
    assert {key: decided[key] for key in ("what", "last_day", "words", "by")} == {
        "what": "Completed", "last_day": None, "words": "Good hands.",
        "by": "Another person of the company",
    }  # fmt: skip
    told = [
        (row["number"], row["code"], row["present_halves"], row["revoked_because"])
        for row in tables["certificates"]
    ]
    assert told == [(1, str(first), 5, "a day was missing"), (2, str(second), 7, None)]
    verbs = {row["verb"] for row in tables["events"]}
    assert {"internship_added", "internship_completed", "certificate_issued"} <= verbs
    for name in ("export.json", "internships.csv", "certificates.csv", "events.csv"):
        text = file.read(name).decode("utf-8-sig")
        assert "Bikram" not in text and "Hari" not in text, name
