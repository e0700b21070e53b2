"""HR's overtime policies: written in words, by date, with the difference looked at first."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from attendance.admin.overtime_fields import RulesField
from attendance.models import AttendanceDay, OvertimeDay
from attendance.selectors.settings import overtime_rule
from companies.models import AuditEvent, OvertimePolicy, OvertimePolicyVersion
from companies.scoping import company_scope
from companies.validators import OVERTIME_RULE, validate_overtime_rules
from tests.attendance.overtime_world import fresh, give_everybody, new_version, rule
from tests.attendance.services.test_recompute import person_recompute
from tests.attendance.world import START, World, at
from tests.http import post_once

POLICIES = "/admin/companies/overtimepolicy/"
VERSIONS = "/admin/companies/overtimepolicyversion/"
BLANK: dict[str, str] = {
    "name": "", "basis": "day", "beyond_minutes": "", "start": "", "end": "", "days": "working",
    "rate_percent": "100", "compensation": "paid", "employer_tolerance_minutes": "0",
    "employee_tolerance_minutes": "0", "tolerance": "day", "daily_cap_minutes": "",
}  # fmt: skip


def _monday() -> Any:
    return OvertimeDay.objects.filter(employee__code="maya", date=dt.date(2026, 3, 2))


def form(*rules: dict[str, str], **fields: str) -> dict[str, str]:
    """What a browser sends of the form: the rules as blocks, and a blank one."""
    blocks = [*({**BLANK, **item} for item in rules), BLANK]
    sent = {"rules-TOTAL_FORMS": str(len(blocks)), "rules-INITIAL_FORMS": "0"}
    for n, block in enumerate(blocks):
        sent |= {f"rules-{n}-{name}": value for name, value in block.items()}
    return {
        **sent, "count_before_start": "on", "dating": "attendance_date", "approval": "manager",
        **fields,
    }  # fmt: skip


def _newest(world: World) -> OvertimePolicyVersion:
    with company_scope(world.company):
        found: OvertimePolicyVersion = OvertimePolicyVersion.objects.select_related(
            "policy"
        ).latest("id")
    return found


@pytest.fixture
def policy(world: World) -> OvertimePolicy:
    """The company's policy, by which Monday has settled with 57 minutes extra."""
    with company_scope(world.company):
        made: OvertimePolicy = OvertimePolicy.objects.create(company=world.company, name="Office")
        new_version(made, rule(beyond_minutes=420), starts_on=START)
        give_everybody(world, made)
        AttendanceDay.objects.filter(employee=world.maya, date=dt.date(2026, 3, 2)).delete()
        person_recompute(
            employee=fresh(world.maya), first=dt.date(2026, 3, 2), last=dt.date(2026, 3, 2),
            now=at("2026-03-04 12:00"),
        )  # fmt: skip
    world.company.refresh_from_db()
    return made


def test_a_policy_is_written_in_words_with_its_first_rules(hr: Client, world: World) -> None:
    answer = post_once(
        hr, POLICIES + "add/",
        form(
            {"name": "After the shift", "employer_tolerance_minutes": "15"},
            {"name": "Nights", "basis": "clock", "start": "22:00", "end": "06:00", "days": "all",
             "rate_percent": "150", "compensation": "banked", "daily_cap_minutes": "2:30"},
            {"name": "Weekly", "basis": "week", "beyond_minutes": "40:00"},
            name="Kitchen", tracks_missing="on",
        ),
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    version = _newest(world)
    assert [item["name"] for item in version.rules] == ["After the shift", "Nights", "Weekly"]
    assert (version.rules[1]["daily_cap_minutes"], version.rules[2]["beyond_minutes"]) == (
        150, 2400,
    )  # fmt: skip
    assert (version.tracks_missing, version.approval) == (True, "manager")
    page = hr.get(f"{POLICIES}{version.policy.public_id}/change/").text
    assert "22:00 to 06:00 on all days: 150 %, as time off; at most 2 h 30 min a day" in page
    assert "After the shift: What is worked" in hr.get(POLICIES).text
    shown = hr.get(f"{VERSIONS}{version.public_id}/change/").text
    assert "Missing minutes are counted too." in shown


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"name": "x", "basis": "clock"}, "Give two different times of day."),
        ({"name": "x", "basis": "clock", "start": "22:00", "end": "22:00"},
         "Give two different times of day."),
        ({"name": "x", "beyond_minutes": "much"}, "Write the time like 8:00"),
        ({"name": "x", "rate_percent": "2000"}, "less than or equal to 1000"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_says_so_itself(
    hr: Client, block: dict[str, str], sentence: str
) -> None:
    page = post_once(hr, POLICIES + "add/", form(block, name="Kitchen"))
    assert page.status_code == 200
    assert "A rule is not complete" in page.text
    assert sentence in page.text


def test_two_rules_need_two_names(hr: Client) -> None:
    page = post_once(hr, POLICIES + "add/", form({"name": "x"}, {"name": "x"}, name="Kitchen"))
    assert "Give each rule a name of its own." in page.text


def _add(hr: Client, policy: OvertimePolicy, **fields: str) -> Any:
    sent = form(
        {"name": "After the shift", "employer_tolerance_minutes": "15"},
        policy=str(policy.public_id), starts_on="2026-03-01", **fields,
    )  # fmt: skip
    return post_once(hr, f"{VERSIONS}add/?policy={policy.public_id}", sent)


def test_a_new_version_starts_from_the_last_one(hr: Client, policy: OvertimePolicy) -> None:
    page = hr.get(f"{VERSIONS}add/?policy={policy.public_id}").text
    assert 'value="After the shift"' in page
    assert hr.get(f"{VERSIONS}add/?policy={policy.public_id}&rules=x").status_code == 200


def test_what_a_version_would_change_is_shown_before_it_is_written(
    hr: Client, world: World, policy: OvertimePolicy
) -> None:
    before = _newest(world).pk
    page = _add(hr, policy)
    assert page.status_code == 200
    assert _newest(world).pk == before
    assert "One settled day would change" in page.text
    assert "only above 15 min" in page.text
    answer = _add(hr, policy, seen=page.context["fingerprint"])
    assert answer.status_code == 302
    assert _newest(world).pk > before
    with company_scope(world.company):
        assert _monday().get().extra_minutes == 57


def test_the_settled_days_are_computed_anew_with_it_where_hr_says_so_and_why(
    hr: Client, world: World, policy: OvertimePolicy
) -> None:
    seen = _add(hr, policy).context["fingerprint"]
    page = _add(hr, policy, seen=seen, applies="1")
    assert "Please give a reason." in page.text
    answer = _add(hr, policy, seen=seen, applies="1", reason="As agreed")
    assert answer.status_code == 302
    assert "One day was computed anew." in hr.get(answer.url).text
    with company_scope(world.company):
        assert not _monday().exists()
        event = AuditEvent.objects.get(verb="overtime_recomputed")
    assert event.reason == "As agreed"
    assert event.changes["2026-03-02"][0]["extra_minutes"] == 57


def test_another_difference_than_was_seen_is_shown_again(
    hr: Client, world: World, policy: OvertimePolicy
) -> None:
    page = _add(hr, policy, seen="0123456789abcdef")
    assert "Look at what this would change" in page.text


def test_a_version_that_changes_nothing_is_written_at_once(
    hr: Client, world: World, policy: OvertimePolicy
) -> None:
    sent = form({"name": "Other"}, policy=str(policy.public_id), starts_on="2026-04-01")
    answer = post_once(hr, f"{VERSIONS}add/?policy={policy.public_id}", sent)
    assert answer.status_code == 302


def test_too_many_days_are_left_to_the_page_of_judging_anew(
    hr: Client, world: World, policy: OvertimePolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attendance.services.overtime_changes.MOST_DAYS", 0)
    answer = _add(hr, policy)
    assert answer.status_code == 302
    assert "keep what they were judged by" in hr.get(answer.url).text


def test_a_days_minutes_are_read_with_why(hr: Client, world: World, policy: OvertimePolicy) -> None:
    with company_scope(world.company):
        found = _monday().get()
    page = hr.get(f"/admin/attendance/overtimeday/{found.public_id}/change/").text
    assert "After the shift: 7 h 57 min worked of 7 h." in page
    assert "57 min extra" in hr.get("/admin/attendance/overtimeday/").text


# --- what a version may hold ----------------------------------------------------------------------
@pytest.mark.parametrize(
    "rules",
    [
        None, {}, [1], [{}], [rule(), rule()], [rule("")], [rule("x" * 61)], [rule(basis="never")],
        [rule(beyond_minutes=-1)], [rule(beyond_minutes=True)], [rule(rate_percent=1001)],
        [rule(basis="clock")], [rule(basis="clock", start="22:00", end="22:00")],
        [rule(start="22:00", end="23:00")], [rule(basis="clock", start="22", end="23:00")],
        [rule(basis="clock", start=22, end="23:00")], [rule(basis="days_off", beyond_minutes=1)],
        [{**rule(), "more": 1}], [rule(days="some")], [rule(compensation="none")],
        [rule(tolerance="week")], [rule(daily_cap_minutes=1441)], [rule(str(n)) for n in range(13)],
    ],
)  # fmt: skip
def test_what_is_no_list_of_rules_is_refused(rules: Any) -> None:
    with pytest.raises(ValidationError):
        validate_overtime_rules(rules)


def test_what_is_one_is_read_by_the_rules() -> None:
    rules = [rule("A"), rule("B", "clock", start="22:00", end="06:00"), rule("C", "week")]
    validate_overtime_rules(rules)
    assert [overtime_rule(item).name for item in rules] == ["A", "B", "C"]
    assert rules[0].keys() == OVERTIME_RULE.keys()


def test_a_form_without_blocks_has_no_rules() -> None:
    assert RulesField().clean("x") == []
