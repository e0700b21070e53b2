"""Alarms: one for each job and metric that should have one; all of them tell somebody."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infrastructure import job_alarms
from portal import jobs
from tests.infrastructure.templates import of, resources, template

ALARMS = resources("alarms", "AWS::CloudWatch::Alarm")
TOLD = [{"Ref": "AlarmTopicArn"}]


def _named(metric: str) -> list[dict[str, Any]]:
    return [
        item["Properties"]
        for item in ALARMS.values()
        if item["Properties"].get("MetricName") == metric
        or any(
            query.get("MetricStat", {}).get("Metric", {}).get("MetricName") == metric
            for query in item["Properties"].get("Metrics", ())
        )
    ]


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_tells_somebody_when_it_begins_and_ends(name: str) -> None:
    alarm = ALARMS[name]["Properties"]
    assert alarm["AlarmActions"] == alarm["OKActions"] == TOLD
    assert alarm["AlarmDescription"].endswith((".", "?"))
    assert alarm["TreatMissingData"] == ("breaching" if name.startswith("Job") else "notBreaching")


# CloudWatch looks back a day, or a week where a period is an hour or more.
@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_looks_no_further_back_than_cloudwatch_does(name: str) -> None:
    alarm = ALARMS[name]["Properties"]
    period = alarm.get("Period", 300)
    for seconds in period["Fn::If"][1:] if isinstance(period, dict) else [period]:
        assert seconds % 60 == 0
        most = 604_800 if seconds >= 3600 else 86_400
        assert seconds * alarm["EvaluationPeriods"] <= most


@pytest.mark.parametrize(
    "metric",
    [
        "Errors", "Throttles", "DeadLetterErrors", "IteratorAge", "5XXError", "Latency",
        "ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage",
        "WriteThrottleEvents", "ReadThrottleEvents", "SystemErrors", "ACUUtilization",
        "DatabaseConnections", "ThrottledCount", "ServerErrorCount", "Reputation.BounceRate",
        "Reputation.ComplaintRate",
    ],
)  # fmt: skip
def test_what_aws_measures_has_its_alarm(metric: str) -> None:
    assert len(_named(metric)) == 1


# --- jobs -----------------------------------------------------------------------------------------
def test_the_alarms_of_jobs_are_those_of_the_registry() -> None:
    """Fails for a new job: `make alarms` writes its alarm."""
    text = job_alarms.TEMPLATE.read_text()
    assert job_alarms.written(text, jobs.JOBS) == text


def test_every_job_has_an_alarm_on_its_last_success() -> None:
    dimensions = [alarm["Dimensions"] for alarm in _named("job_succeeded")]
    assert dimensions == [
        [{"Name": "service", "Value": "muster"}, {"Name": "job", "Value": job.name}]
        for job in jobs.JOBS
    ]


@pytest.mark.parametrize(
    ("every", "period", "times"),
    [
        (1, "!If [IsAutoPause, 3600, 300]", 3),
        (900, "!If [IsAutoPause, 3600, 900]", 3),
        (3600, "3600", 3),
        (6 * 3600, "21600", 2),
        (24 * 3600, "86400", 2),
    ],
)
def test_an_alarm_waits_for_what_its_job_would_have_told(
    every: int, period: str, times: int
) -> None:
    text = job_alarms.alarm_of(jobs.Job("some_thing", every, "module:function"))
    assert f"Period: {period}\n" in text
    assert f"EvaluationPeriods: {times}\n" in text
    assert text.startswith("  JobSomeThing:\n")
    assert 'muster-${Stage}-job-some-thing"' in text


# --- releases, and the page -----------------------------------------------------------------------
def test_a_release_watches_what_it_may_break() -> None:
    rule = of("alarms", "Release")["AlarmRule"]["Fn::Sub"]
    watched = re.findall(r'ALARM\("\$\{(\w+)\}"\)', rule)
    assert set(watched) <= ALARMS.keys()
    assert {"Errors", "ServerErrors", "Latency", "ParkedMessages"} <= set(watched)
    assert len(re.findall("ALARM", rule)) == len(watched)


def test_the_page_is_made_of_what_is_measured() -> None:
    body = json.loads(of("alarms", "Dashboard")["DashboardBody"]["Fn::Sub"])
    assert len(body["widgets"]) >= 10
    places = [(widget["x"], widget["y"]) for widget in body["widgets"]]
    assert len(set(places)) == len(places)
    parameters = set(re.findall(r"\$\{(\w+)\}", json.dumps(body)))
    assert parameters <= template("alarms")["Parameters"].keys()
