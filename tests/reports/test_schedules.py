"""Reports by mail: made for each reader on their date, once, by what they may see then."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.test import Client

from companies import services
from companies.enums import CalendarKind, ExportState
from companies.errors import NotAllowed, ReaderUnfit
from companies.models import (
    AuditEvent,
    CalendarDay,
    Employee,
    Look,
    OutboxMessage,
    ReportExport,
    ReportReader,
    ReportSchedule,
    RoleGrant,
)
from companies.scoping import company_scope, no_scope
from companies.selectors import actor_of
from companies.services import Wanted, exports
from companies.sweeps import JobIncomplete
from portal import report_exports, report_schedules
from portal.reports import reports
from tests.attendance.conftest import photos_folder
from tests.reports.golden import Golden, auditor_of, manager_of
from tests.reports.test_pages import _client

__all__ = ["photos_folder"]
# The first working day of April 2026 is a Wednesday; it is the 2nd, as in all tests of reports.
TODAY, FIRST = dt.date(2026, 4, 2), dt.date(2026, 4, 1)
MONTHLY = Wanted(name="Month's end", file_format="json", working_day=1)


def _save(golden: Golden, *names: str, **more: Any) -> ReportSchedule:
    """Have the summary of the month sent, set up before the month began."""
    people = [golden.people[name] if name in golden.people else golden.world.hari for name in names]
    asked = {
        "schedule": None, "report": reports()["summary"], "wanted": MONTHLY,
        "today": FIRST - dt.timedelta(days=1), "by": golden.world.hr, **more,
    }  # fmt: skip
    with company_scope(golden.company):
        fresh = Employee.objects.select_related("user", "company")
        readers = list(fresh.filter(pk__in=[person.pk for person in people]))
        return services.schedule_save(readers=readers, **asked)


def _exports(golden: Golden) -> list[ReportExport]:
    with company_scope(golden.company):
        return list(ReportExport.objects.select_related("user").order_by("pk"))


def _people_in(client: Client, export: ReportExport) -> list[str]:
    answer: Any = client.get(f"/reports/exports/{export.public_id}/file")
    assert answer.status_code == 200
    return [row["name"] for row in json.loads(b"".join(answer.streaming_content))["rows"]]


def _events(verb: str) -> list[AuditEvent]:
    with no_scope("what was told"):
        return list(AuditEvent.objects.filter(verb=verb).order_by("pk"))


@pytest.fixture
def manager(golden: Golden) -> Client:
    """Una, who manages Ada and Ned."""
    return _client(manager_of(golden, "ada", "ned"))


def test_each_gets_whom_they_may_see_once(golden: Golden, manager: Client) -> None:
    _save(golden, "hari", "una")
    assert report_schedules.send() == 2
    assert report_schedules.send() == 0
    assert report_exports.drain() == 2
    found = {export.user.name: export for export in _exports(golden)}
    assert sorted(found) == ["Hari", "Una"]
    assert _people_in(manager, found["Una"]) == ["Ada", "Ned"]
    hr = _client(golden.world.hari.user)
    assert _people_in(hr, found["Hari"]) == ["Ada", "Joe", "Lee", "Ned", "Una"]
    assert found["Una"].file_name == "kettle-summary-2026-03-01-2026-03-31.json"
    assert report_schedules.send() == 0


def test_a_reader_for_whom_it_fails_holds_nobody_up(
    golden: Golden, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    _save(golden, "hari", "una")
    asked = report_schedules.question

    def question(report: Any, actor: Any, *rest: Any, **more: Any) -> Any:
        if actor.name == "Hari":
            raise ValueError("a file that cannot be made")
        return asked(report, actor, *rest, **more)

    monkeypatch.setattr(report_schedules, "question", question)
    with pytest.raises(JobIncomplete):
        report_schedules.send()
    assert [export.user.name for export in _exports(golden)] == ["Una"]
    # The next run tries again.
    monkeypatch.undo()
    assert report_schedules.send() == 1
    assert [export.user.name for export in _exports(golden)] == ["Una", "Hari"]


def test_the_mail_has_a_link_and_says_who_has_it_sent(golden: Golden, manager: Client) -> None:
    _save(golden, "una")
    report_schedules.send()
    report_exports.drain()
    (export,) = _exports(golden)
    with no_scope("the mail"):
        (mail,) = OutboxMessage.objects.filter(template="companies/email/report_ready")
    assert (mail.to, mail.values["schedule"]) == (golden.user("una").email, "Month's end")
    assert mail.values["link"].endswith(f"/reports/exports/{export.public_id}/")


def test_it_is_told_with_its_filter_and_to_who_is_in_it(golden: Golden, manager: Client) -> None:
    _save(golden, "una", wanted=Wanted(
        name="Design", file_format="csv", working_day=1, department=golden.design
    ))  # fmt: skip
    assert report_schedules.send() == 1
    (event,) = _events("report_exported")
    assert (event.actor_name, event.channel) == ("Una", "job")
    assert event.changes == {
        "report": [None, "summary"], "format": [None, "csv"], "first": [None, "2026-03-01"],
        "last": [None, "2026-03-31"], "department": [None, str(golden.design.public_id)],
        "people": [None, 1],
    }  # fmt: skip
    with company_scope(golden.company):
        (look,) = Look.objects.filter(kind="report")
    assert look.employee == golden.people["ada"]


def test_an_office_narrows_it_too(golden: Golden) -> None:
    _save(golden, "hari", wanted=Wanted(
        name="Mill", file_format="json", working_day=1, office=golden.world.office
    ))  # fmt: skip
    report_schedules.send()
    (export,) = _exports(golden)
    assert export.filters["office"] == str(golden.world.office.public_id)


def test_whoever_lost_the_right_gets_nothing(golden: Golden, manager: Client) -> None:
    _save(golden, "una")
    with company_scope(golden.company):
        for person in ("ada", "ned"):
            golden.people[person].placements.update(manager=None)
        RoleGrant.objects.filter(user=golden.user("una")).delete()
    assert report_schedules.send() == 0
    assert report_schedules.send() == 0
    assert _exports(golden) == []
    (event,) = _events("report_not_sent")
    assert event.subject_label == "Month's end"
    assert event.changes == {"due": [None, "2026-04-01"], "reader": [None, "Una"]}


def test_whoever_left_gets_nothing(golden: Golden) -> None:
    _save(golden, "hari")
    with company_scope(golden.company):
        Employee.objects.filter(pk=golden.world.hari.pk).update(
            joined_on=dt.date(2026, 1, 1), left_on=dt.date(2026, 3, 31)
        )
    assert report_schedules.send() == 0
    assert len(_events("report_not_sent")) == 1


def test_a_right_that_goes_before_it_is_made_is_asked_for_again(
    golden: Golden, manager: Client
) -> None:
    _save(golden, "una")
    report_schedules.send()
    with company_scope(golden.company):
        golden.people["ned"].placements.update(manager=None)
    report_exports.drain()
    (export,) = _exports(golden)
    assert _people_in(manager, export) == ["Ada"]


def test_of_nobody_nothing_is_sent(golden: Golden, manager: Client) -> None:
    with company_scope(golden.company):
        golden.people["ada"].placements.update(department=None)
    _save(golden, "una", wanted=Wanted(
        name="Design", file_format="csv", working_day=1, department=golden.design
    ))  # fmt: skip
    assert report_schedules.send() == 0
    assert _exports(golden) == []


def test_a_report_without_names_is_made_in_the_background_too(golden: Golden) -> None:
    _save(golden, "hari", report=reports()["headcount"])
    assert report_schedules.send() == 1
    assert report_exports.drain() == 1
    (export,) = _exports(golden)
    assert export.state == ExportState.READY


def test_the_company_waits_for_its_first_working_day(golden: Golden) -> None:
    _save(golden, "hari")
    with company_scope(golden.company):
        for day in (1, 2):
            CalendarDay.objects.create(
                company=golden.company, date=dt.date(2026, 4, day), kind=CalendarKind.HOLIDAY,
                name="Rest",
            )  # fmt: skip
        # Of one office: the company works.
        CalendarDay.objects.create(
            company=golden.company, date=dt.date(2026, 4, 3), kind=CalendarKind.HOLIDAY,
            name="Fair", office=golden.world.office,
        )  # fmt: skip
    golden.company.refresh_from_db()
    assert report_schedules.send() == 0
    with time_machine.travel(dt.datetime(2026, 4, 3, 12, tzinfo=dt.UTC), tick=False):
        assert report_schedules.send() == 1


def test_a_weekly_one_tells_of_seven_days(golden: Golden) -> None:
    _save(golden, "hari", wanted=Wanted(name="Week", file_format="csv", weekday=2))
    assert report_schedules.send() == 1
    (export,) = _exports(golden)
    assert (export.filters["first"], export.filters["last"]) == ("2026-03-25", "2026-03-31")
    with time_machine.travel(dt.datetime(2026, 4, 8, 12, tzinfo=dt.UTC), tick=False):
        assert report_schedules.send() == 1


def test_where_nobody_ever_works_nothing_is_due(
    golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    _save(golden, "hari")
    monkeypatch.setattr(report_schedules, "_is_worked", lambda settings, date: False)
    assert report_schedules.send() == 0


def test_what_lies_behind_is_not_sent_late(golden: Golden) -> None:
    _save(golden, "hari", today=TODAY)
    assert report_schedules.send() == 0


def test_who_took_too_many_files_gets_it_later(
    golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    _save(golden, "hari")
    with monkeypatch.context() as patch:
        patch.setattr(exports, "EXPORTS_AN_HOUR", 0)
        assert report_schedules.send() == 0
    assert report_schedules.send() == 1


def test_switched_off_it_is_not_sent_and_on_again_not_late(golden: Golden) -> None:
    schedule = _save(golden, "hari")
    hr = golden.world.hr
    with company_scope(golden.company):
        for _tap in range(2):
            services.schedule_switch(schedule=schedule, is_on=False, today=TODAY, by=hr)
    assert report_schedules.send() == 0
    with company_scope(golden.company):
        services.schedule_switch(schedule=schedule, is_on=True, today=TODAY, by=hr)
    assert report_schedules.send() == 0
    with time_machine.travel(dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC), tick=False):
        assert report_schedules.send() == 1
    assert [event.changes for event in _events("report_schedule_off")] == [{"is_on": [True, False]}]
    assert [event.changes for event in _events("report_schedule_on")] == [{"is_on": [False, True]}]


def test_two_runs_at_once_send_it_once(golden: Golden) -> None:
    _save(golden, "hari")
    with company_scope(golden.company):
        reader = ReportReader.objects.select_related(
            "schedule__office", "schedule__department", "employee__user", "company"
        ).get()
        now = dt.datetime(2026, 4, 2, 16, tzinfo=dt.UTC)
        assert report_schedules._make(reader, FIRST, now) is True
        assert report_schedules._make(reader, FIRST, now) is False


def test_a_change_is_told_before_and_after(golden: Golden, manager: Client) -> None:
    schedule = _save(golden, "hari")
    _save(
        golden, "una", schedule=schedule, report=reports()["muster-roll"], today=TODAY,
        wanted=Wanted(name=" Roll ", file_format="pdf", weekday=0),
    )  # fmt: skip
    (made,), (changed,) = _events("report_schedule_made"), _events("report_schedule_changed")
    assert made.changes == {
        "name": [None, "Month's end"], "report": [None, "summary"], "file_format": [None, "json"],
        "working_day": [None, 1], "is_on": [None, True], "readers": [None, "Hari"],
    }  # fmt: skip
    assert changed.changes == {
        "name": ["Month's end", "Roll"], "report": ["summary", "muster-roll"],
        "file_format": ["json", "pdf"], "working_day": [1, None], "weekday": [None, 0],
        "readers": ["Hari", "Una"],
    }  # fmt: skip
    with company_scope(golden.company):
        (reader,) = ReportReader.objects.select_related("employee")
    assert (reader.employee.name, reader.done_to) == ("Una", FIRST)


def test_a_change_keeps_what_a_reader_got(golden: Golden) -> None:
    schedule = _save(golden, "hari")
    report_schedules.send()
    _save(golden, "hari", schedule=schedule)
    assert report_schedules.send() == 0


def test_a_person_without_the_right_is_refused(golden: Golden) -> None:
    with pytest.raises(ReaderUnfit) as caught:
        _save(golden, "hari", "joe")
    assert "Joe may not see this report" in str(caught.value)
    with company_scope(golden.company):
        Employee.objects.filter(pk=golden.people["ned"].pk).update(user=None)
    with pytest.raises(ReaderUnfit):
        _save(golden, "ned")
    with company_scope(golden.company):
        assert not ReportSchedule.objects.exists()


def test_hr_alone_sets_them_up(golden: Golden, manager: Client) -> None:
    schedule = _save(golden, "hari")
    auditor = _acting(golden, auditor_of(golden))
    una = golden.world.actor(golden.people["una"])
    for by in (una, auditor):
        with pytest.raises(NotAllowed):
            _save(golden, "hari", by=by)
        with company_scope(golden.company), pytest.raises(NotAllowed):
            services.schedule_switch(schedule=schedule, is_on=False, today=TODAY, by=by)


def _acting(golden: Golden, user: Any) -> Any:
    now = dt.datetime(2026, 4, 2, 16, tzinfo=dt.UTC)
    return actor_of(user, golden.company, now=now, channel="web")
