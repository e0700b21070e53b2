"""The pages of reports: who sees what about whom, narrowed, by pages; and what is told of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies import throttle
from companies.enums import LookKind
from companies.models import AuditEvent, Employee, Look, User
from companies.scoping import company_scope, no_scope
from companies.services import EXPORTS_AN_HOUR
from portal import report_views
from portal.reports import reports
from tests.attendance.world import make_world
from tests.reports.golden import Golden, auditor_of, manager_of
from tests.reports.pages import TableReader, read
from tests.reports.test_roll import _crowd

ROLL = "/team/roll/?month=2026-03"


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def hr(golden: Golden) -> Client:
    return _client(golden.world.hari.user)


def _page(client: Client, path: str) -> TableReader:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return read(answer.content.decode())


def _names(client: Client, path: str) -> list[str]:
    return [row[0] for row in _page(client, path).rows if row[0] != "All"]


def _taken(client: Client, slug: str = "summary", **fields: str) -> Any:
    asked = {"format": "json", "from": "2026-03-01", "to": "2026-03-31", "month": "2026-03"}
    answer: Any = client.post(f"/reports/{slug}/file", {**asked, **fields})
    # Read to its end a file is closed.
    answer.data = b"".join(answer.streaming_content) if answer.streaming else b""
    return answer


def _people(answer: Any) -> list[str]:
    return [row["name"] for row in json.loads(answer.data)["rows"]]


# --- who ------------------------------------------------------------------------------------------
def test_hr_and_auditors_read_the_company_and_managers_their_people(golden: Golden) -> None:
    everybody = ["Ada", "Joe", "Lee", "Ned", "Una"]
    assert _names(_client(golden.world.hari.user), ROLL) == everybody
    assert _names(_client(auditor_of(golden)), ROLL) == everybody
    # Lee has left: whoever has left is in no team any more.
    assert _names(_client(manager_of(golden, "ada", "lee")), ROLL) == ["Ada"]


def test_a_manager_takes_their_people_only(golden: Golden) -> None:
    client = _client(manager_of(golden, "ada", "ned"))
    assert _people(_taken(client)) == ["Ada", "Ned"]
    assert _people(_taken(client, q="joe")) == []
    assert _people(_taken(_client(auditor_of(golden)))) == ["Ada", "Joe", "Lee", "Ned", "Una"]


@pytest.mark.parametrize("path", ["/reports/", "/team/roll/", "/reports/summary/"])
def test_whoever_answers_for_nobody_finds_no_reports(golden: Golden, path: str) -> None:
    strangers = [
        golden.user("joe"),
        User.objects.create_user(email="o@example.com", name="O"),
        golden.user("lee"),
    ]
    for user in strangers:
        assert _client(user).get(path).status_code == 404
        assert _taken(_client(user)).status_code == 404


def test_another_company_sees_nobody_of_this_one(golden: Golden) -> None:
    other = make_world(code="other")
    client = _client(other.hari.user)
    assert "Ada" not in client.get(ROLL).content.decode()
    assert "Ada" not in _people(_taken(client))
    with company_scope(golden.company):
        ids = {"office": golden.world.office.public_id, "department": golden.design.public_id}
    for name, public_id in ids.items():
        assert _names(client, f"{ROLL}&{name}={public_id}") == []


def test_an_unknown_report_or_format_is_not_found(hr: Client) -> None:
    assert hr.get("/reports/nowhere/").status_code == 404
    assert _taken(hr, "nowhere").status_code == 404
    assert _taken(hr, format="exe").status_code == 404
    assert hr.get("/reports/summary/file").status_code == 405


def test_a_file_is_refused_to_whom_the_report_does_not_exist(golden: Golden) -> None:
    assert _taken(_client(golden.user("joe"))).status_code == 404


# --- pages ----------------------------------------------------------------------------------------
def test_the_list_names_every_report(hr: Client) -> None:
    text = hr.get("/reports/").content.decode()
    for report in reports().values():
        assert str(report.title) in text
    assert 'href="/team/roll/"' in text
    assert 'href="/reports/summary/"' in text


def test_the_roll_has_one_address(hr: Client) -> None:
    answer = hr.get("/reports/muster-roll/?month=2026-03&q=a")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/team/roll/?month=2026-03&q=a",
    )
    assert hr.get("/reports/muster-roll/").headers["Location"] == "/team/roll/"


def test_days_lead_to_the_day_for_who_may_open_it(golden: Golden) -> None:
    ada, lee = golden.people["ada"], golden.people["lee"]
    manager = _page(_client(manager_of(golden, "ada")), ROLL)
    assert manager.links[0][0] == f"/team/{ada.public_id}/month/?m=2026-03"
    assert manager.links[0][2] == f"/team/{ada.public_id}/day/2026-03-02/"
    client = _client(golden.world.hari.user)
    page = _page(client, ROLL)
    rows = {row[0]: links for row, links in zip(page.rows, page.links, strict=True)}
    day = "date_from=2026-03-02&date_to=2026-03-02"
    assert rows["Lee"][0] is None
    assert rows["Lee"][2] == f"/admin/attendance/attendanceday/?person={lee.public_id}&{day}"
    assert rows["Lee"][20] is None  # not employed any more
    for address in (rows["Ada"][2], rows["Lee"][2]):
        assert address is not None
        assert client.get(address).status_code == 200
    auditor = _client(auditor_of(golden))
    address = _page(auditor, ROLL).links[0][2]
    assert address == f"/admin/attendance/attendanceday/?person={ada.public_id}&{day}"
    assert auditor.get(address).status_code == 200


def test_ones_own_days_lead_to_ones_own_page(golden: Golden) -> None:
    with company_scope(golden.company):
        Employee.objects.filter(pk=golden.world.hari.pk).update(joined_on="2026-03-01")
    page = _page(_client(golden.world.hari.user), f"{ROLL}&q=hari")
    assert page.links[0][0] == "/month/?m=2026-03"
    assert page.links[0][2] == "/day/2026-03-02/"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=ED", ["Ned"]),
        ("employment=intern", ["Joe"]),
        ("employment=robot", ["Ada", "Joe", "Lee", "Ned", "Una"]),
        ("problems=1", ["Ada"]),
        ("active=inactive", ["Ned"]),
        ("active=all", ["Ada", "Joe", "Lee", "Ned", "Una"]),
        ("office=nonsense", ["Ada", "Joe", "Lee", "Ned", "Una"]),
        ("office=01980000-0000-7000-8000-000000000000", []),
        ("department=01980000-0000-7000-8000-000000000000", []),
    ],
)
def test_filters(golden: Golden, hr: Client, query: str, names: list[str]) -> None:
    if "inactive" in query:
        with company_scope(golden.company):
            Employee.objects.filter(pk=golden.people["ned"].pk).update(is_active=False)
    assert _names(hr, f"{ROLL}&{query}") == names


def test_filters_by_place_and_groups_with_their_sums(golden: Golden, hr: Client) -> None:
    assert _names(hr, f"{ROLL}&department={golden.design.public_id}") == ["Ada", "Joe"]
    assert len(_names(hr, f"{ROLL}&office={golden.world.office.public_id}")) == 5
    assert _names(hr, f"{ROLL}&grouped=1") == [
        "Design", "Ada", "Joe", "Design, together", "Ops", "Lee", "Ned", "Ops, together",
        "No department", "Una", "No department, together",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("from=2026-03-09&to=2026-03-01", "The last day is before the first."),
        ("from=2024-01-01&to=2026-03-01", "A report tells of a year at most."),
        ("from=yesterday", "This date cannot be read."),
        ("to=9999-12-31", "This date cannot be read."),
    ],
)
def test_dates_that_cannot_be_are_said_and_left_out(hr: Client, query: str, says: str) -> None:
    text = hr.get(f"/reports/summary/?{query}").content.decode()
    assert says in text
    assert "Wed 1 Apr 2026 – Thu 2 Apr 2026" in text


def test_dates_may_be_given_by_one_end(hr: Client) -> None:
    def title(query: str) -> str:
        text = hr.get(f"/reports/summary/?{query}").content.decode()
        return text.partition("<h1>")[2].partition("</h1>")[0]

    assert title("") == "Attendance summary, Wed 1 Apr 2026 – Thu 2 Apr 2026"
    assert title("from=2026-03-01") == "Attendance summary, Sun 1 Mar 2026 – Thu 2 Apr 2026"
    assert title("to=2026-03-31") == "Attendance summary, Tue 31 Mar 2026"
    assert title("from=2026-03-01&to=2026-03-31") == "Attendance summary, March 2026"


def test_months_lead_to_their_neighbours_but_not_ahead(hr: Client) -> None:
    text = hr.get(f"{ROLL}&q=ada").content.decode()
    assert "/team/roll/?month=2026-02&amp;q=ada" in text
    assert "/team/roll/?month=2026-04&amp;q=ada" in text
    assert "/team/roll/?month=2026-05" not in hr.get("/team/roll/").content.decode()
    assert "This month cannot be read." in hr.get("/team/roll/?month=soon").content.decode()


def test_pages_of_people_and_the_sum_of_each(hr: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_views, "PEOPLE_A_PAGE", 2)
    page = _page(hr, f"{ROLL}&p=2")
    assert [row[0] for row in page.rows] == ["Lee", "Ned", "All of this page"]
    text = hr.get(f"{ROLL}&p=2").content.decode()
    assert "Page 2 of 3" in text
    assert "/team/roll/?month=2026-03&amp;p=1" in text
    assert "/team/roll/?month=2026-03&amp;p=3" in text
    # What names nobody is whole on its page, and so is every file.
    assert "Page 1" not in hr.get("/reports/headcount/?from=2026-03-01").content.decode()
    assert len(_people(_taken(hr))) == 5


def test_what_would_take_too_long_to_count_is_offered_as_a_file(
    hr: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_views, "MOST_COUNTED", 5 * 31)
    march = "/reports/headcount/?from=2026-03-01&to=2026-03-31"
    assert "Too much for a page" not in hr.get(march).text
    monkeypatch.setattr(report_views, "MOST_COUNTED", 5 * 31 - 1)
    page = hr.get(march)
    assert page.status_code == 200
    assert "takes longer than a page can wait" in page.text
    assert page.context["has_rows"] is False
    assert page.context["chart"] is None
    assert 'value="xlsx"' in page.text
    # Reports with pages of people are shown whoever they are about.
    assert "Too much for a page" not in hr.get(ROLL).text


def test_a_page_of_the_roll_costs_the_same_for_one_and_for_three(
    golden: Golden, hr: Client
) -> None:
    counts = []
    for query in ("q=ada", "q=a", ""):
        hr.get(ROLL)
        with CaptureQueriesContext(connection) as queries:
            hr.get(f"{ROLL}&{query}")
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_empty_reports_say_so(golden: Golden, hr: Client) -> None:
    assert "Nothing fits." in hr.get(f"{ROLL}&q=nobody").content.decode()
    nothing = hr.get("/reports/days-off-worked/?from=2026-03-02&to=2026-03-03").content.decode()
    assert "Nothing to tell" in nothing
    assert "Download" not in nothing
    client = _client(manager_of(golden, "ada"))
    long_ago = client.get("/team/roll/?month=2020-01").content.decode()
    assert "Nobody whom this report is about was employed on these dates." in long_ago


def test_charts_have_their_numbers_as_a_table(hr: Client) -> None:
    march = "from=2026-03-01&to=2026-03-31"
    for slug, title, label in (
        ("headcount", "Present by day", "Mon 2"),
        ("late-and-early", "Late arrivals by weekday", "Tue"),
        ("overtime", "Extra time that counts by weekday", "Mon"),
        ("summary", "Days of leave by type", "CL"),
    ):
        text = hr.get(f"/reports/{slug}/?{march}").content.decode()
        assert f'role="img" aria-label="{title}"' in text
        assert f'<tr><th scope="row">{label}</th><td>' in text
    for slug in ("headcount", "late-and-early", "overtime", "summary", "shifts"):
        text = hr.get(f"/reports/{slug}/?from=2026-04-02&to=2026-04-02").content.decode()
        assert "<figure" not in text


# --- files and what is told of them ---------------------------------------------------------------
def _told(golden: Golden) -> list[AuditEvent]:
    with no_scope("what was told"):
        return list(AuditEvent.objects.filter(verb="report_exported").order_by("pk"))


def test_a_file_is_named_and_kept_by_no_browser(hr: Client) -> None:
    answer = _taken(hr, "muster-roll", format="xlsx")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="kettle-muster-roll-2026-03.xlsx"'
    )
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.data.startswith(b"PK")
    answer = _taken(hr, "late-and-early", format="pdf:a4")
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="kettle-late-and-early-2026-03-01-2026-03-31.pdf"'
    )
    assert b"/MediaBox [ 0 0 841.89 595.28 ]" in answer.data


@pytest.mark.parametrize("field", ["q", "draw"])
def test_a_zero_byte_that_somebody_sends_narrows_nothing(
    golden: Golden, hr: Client, field: str
) -> None:
    """PostgreSQL keeps none, neither in a comparison nor in the event of the file."""
    assert _taken(hr, "sample", **{field: "a\0"}).status_code == 200
    assert _told(golden)[0].changes[{"q": "text"}.get(field, field)] == [None, "a"]


def test_who_takes_a_report_is_told_with_its_filters(golden: Golden, hr: Client) -> None:
    _taken(hr, "summary", q="a", employment="employee")
    (event,) = _told(golden)
    assert (event.actor_name, event.subject_type) == ("Hari", "companies.company")
    assert {name: after for name, (_before, after) in event.changes.items()} == {
        "report": "summary", "format": "json", "first": "2026-03-01", "last": "2026-03-31",
        "text": "a", "employment": "employee", "people": 2,
    }  # fmt: skip


def test_everybody_in_a_file_reads_of_it_and_nobody_else(golden: Golden, hr: Client) -> None:
    _taken(hr, "summary", q="ada")
    with company_scope(golden.company):
        (look,) = Look.objects.filter(kind=LookKind.REPORT)
    assert (look.employee, look.viewer_name) == (golden.people["ada"], "Hari")
    text = _client(golden.user("ada")).get("/me/looks/").content.decode()
    assert "In a report that was downloaded, Sun 1 March" in text


def test_a_report_that_names_nobody_is_a_look_at_nobody(golden: Golden, hr: Client) -> None:
    _taken(hr, "headcount")
    with company_scope(golden.company):
        assert not Look.objects.exists()
    assert len(_told(golden)) == 1


def test_a_double_tap_is_told_once_and_looking_never(golden: Golden, hr: Client) -> None:
    hr.get(ROLL)
    assert _told(golden) == []
    for _tap in range(2):
        assert _taken(hr).status_code == 200
    _taken(hr, q="ada")
    assert len(_told(golden)) == 2


def test_too_many_files_are_refused_with_the_reason(golden: Golden, hr: Client) -> None:
    user = golden.world.hari.user
    assert user is not None
    key = f"export:{golden.company.public_id}:{user.public_id}"
    for _time in range(EXPORTS_AN_HOUR):
        throttle.hit(key, limit=EXPORTS_AN_HOUR, seconds=3600)
    answer = _taken(hr, q="ada")
    assert (answer.status_code, _told(golden)) == (302, [])
    assert answer.headers["Location"] == ("/reports/summary/?from=2026-03-01&to=2026-03-31&q=ada")


def test_many_people_are_looked_at_some_hundred_at_a_time(golden: Golden, hr: Client) -> None:
    _crowd(golden, 30)
    _taken(hr)
    with company_scope(golden.company):
        assert Look.objects.filter(kind=LookKind.REPORT).count() == 35


def test_the_navigation_leads_to_reports(golden: Golden) -> None:
    manager = _client(manager_of(golden, "ada")).get("/team/").content.decode()
    assert manager.count('href="/reports/"') == 2
    assert 'href="/reports/"' in _client(auditor_of(golden)).get("/me/").content.decode()
    assert 'href="/reports/"' not in _client(golden.user("joe")).get("/").content.decode()


def test_unmarked_days_leave_out_days_off_unless_they_are_asked_for(hr: Client) -> None:
    def of_una(**fields: str) -> list[tuple[str, str]]:
        rows = json.loads(_taken(hr, "unmarked-days", q="una", **fields).data)["rows"]
        return [(row["date"], row["what"]) for row in rows]

    working, every = of_una(), of_una(days_off="1")
    assert (len(working), len(every)) == (21, 31)
    assert set(every) - set(working) == {
        *((f"2026-03-{day:02}", "Weekly off") for day in (1, 7, 8, 14, 15, 21, 22, 28, 29)),
        ("2026-03-13", "Founders' Day"),
    }
    assert (
        'name="days_off" value="1" checked'
        in hr.get("/reports/unmarked-days/?days_off=1").content.decode()
    )
