"""What the code measures has an alarm and a place on the dashboard, or a reason for none."""

from __future__ import annotations

import json

from integrations.metrics import METRICS
from tests.infrastructure.templates import of, resources

OWN = {"Fn::Sub": "muster-${Stage}"}
WITHOUT_ALARM = {"punches_recorded": "none at night is right"}
WITHOUT_PLACE = {"job_succeeded": "an alarm for each job says more"}


def test_every_metric_has_an_alarm_or_a_reason_for_none() -> None:
    watched = {
        item["Properties"]["MetricName"]
        for item in resources("alarms", "AWS::CloudWatch::Alarm").values()
        if item["Properties"].get("Namespace") == OWN
    }
    assert watched | WITHOUT_ALARM.keys() == METRICS.keys()
    assert not watched & WITHOUT_ALARM.keys()


def test_every_metric_has_a_place_on_the_dashboard_or_a_reason_for_none() -> None:
    body = json.loads(of("alarms", "Dashboard")["DashboardBody"]["Fn::Sub"])
    shown = {
        metric[1]
        for widget in body["widgets"]
        for metric in widget["properties"]["metrics"]
        if metric[0] == "muster-${Stage}"
    }
    assert shown | WITHOUT_PLACE.keys() == METRICS.keys()
