"""The job of internships: everything due up to now, once, for every company."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.template.loader import render_to_string

from attendance import tasks
from companies.models import Company, OutboxMessage
from companies.scoping import company_scope, no_scope
from companies.services import internship_remind
from companies.sweeps import JobIncomplete
from portal import jobs
from tests.attendance.world import World, at
from tests.companies.internship_world import make_internship

END = dt.date(2026, 3, 31)


def _mails() -> list[tuple[str, str]]:
    with no_scope("a test looks at every mail"):
        rows = OutboxMessage.objects.filter(template="companies/email/internship_ends")
        return sorted((row.dedupe_key.rpartition(":")[2], row.to) for row in rows)


@pytest.fixture
def two(world: World, other_world: World) -> tuple[World, World]:
    with time_machine.travel(at("2026-03-02 09:00"), tick=False):
        for where in (world, other_world):
            with company_scope(where.company):
                make_internship(where, ends_on=END)
    return world, other_world


def _run(when: str) -> int:
    with time_machine.travel(at(when), tick=False):
        return tasks.internships_end()


def test_it_tells_late_or_twice_the_same_once(two: tuple[World, World]) -> None:
    assert _run("2026-03-16 09:00") == 0
    assert _run("2026-03-17 09:00") == _run("2026-03-19 23:00") == 2
    first = _mails()
    assert first == [
        ("14", "bikram@kettle.example"), ("14", "bikram@other.example"),
        ("14", "hari@kettle.example"), ("14", "hari@other.example"),
    ]  # fmt: skip
    _run("2026-03-28 09:00")
    _run("2026-03-31 09:00")
    assert _mails() == [*first, *(("3", to) for _nth, to in first)]
    assert _run("2026-04-02 09:00") == 0


def test_fourteen_days_are_counted_from_the_companys_date(two: tuple[World, World]) -> None:
    assert _run("2026-03-16 23:59") == 0
    assert _run("2026-03-17 00:01") == 2


def test_one_that_fails_holds_up_no_other_company(
    two: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad: Company = two[0].company

    def remind(**values: Any) -> None:
        if values["internship"].company == bad:
            raise ZeroDivisionError
        internship_remind(**values)

    monkeypatch.setattr(tasks, "internship_remind", remind)
    with pytest.raises(JobIncomplete, match="^1 failed"):
        _run("2026-03-17 09:00")
    assert [to for _nth, to in _mails()] == ["bikram@other.example", "hari@other.example"]


def test_it_is_a_job_of_every_day() -> None:
    job = jobs.by_name("internships_end")
    assert (job.every_seconds, job.load()) == (24 * 3600, tasks.internships_end)


def test_the_mail_says_who_and_until_when(two: tuple[World, World]) -> None:
    _run("2026-03-17 09:00")
    with company_scope(two[0].company):
        mail = OutboxMessage.objects.get(to="bikram@kettle.example")
    subject = render_to_string(f"{mail.template}_subject.txt", mail.values).strip()
    body = render_to_string(f"{mail.template}_body.txt", mail.values)
    assert subject == "The internship of Maya ends on Tue, 31 March 2026"
    assert body.startswith(
        "Hello Bikram,\n\nthe internship of Maya at Kettle ends on Tue, 31 March 2026. "
        "The mentor is Bikram.\n"
    )
    assert body.rstrip().endswith(
        "/team/interns/\n\nChoose which of these mails you get: http://127.0.0.1:8000/me/notices/"
    )
