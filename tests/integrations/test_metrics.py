"""Numbers reach the log of one machine as words, and CloudWatch as its own documents."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from integrations import metrics
from tests.repository import APPS, texts


def test_on_one_machine_a_number_is_a_line(caplog: Any) -> None:
    caplog.set_level("INFO")
    metrics.count("job_succeeded", job="outbox")
    metrics.count("outbox_age", 1.5)
    metrics.count("punches_pending", 0)
    assert [record.getMessage() for record in caplog.records] == [
        "metric job_succeeded=1 job=outbox",
        "metric outbox_age=1.5",
    ]


def test_on_aws_a_number_is_an_embedded_metric(
    settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    settings.MUSTER_METRICS = "emf"
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "muster-test")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "muster")
    metrics.count("job_succeeded", job="outbox")
    metrics.count("verification_latency", 2100)
    metrics.count("punches_pending", 0)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for document in told:
        assert document["_aws"].pop("Timestamp") > 0

    def document(name: str, unit: str, value: float, **more: str) -> dict[str, Any]:
        dimensions = {"service": "muster", **more}
        found = {"Namespace": "muster-test", "Dimensions": [list(dimensions)],
                 "Metrics": [{"Name": name, "Unit": unit}]}  # fmt: skip
        return {"_aws": {"CloudWatchMetrics": [found]}, **dimensions, name: [value]}

    assert told == [
        document("job_succeeded", "Count", 1.0, job="outbox"),
        document("verification_latency", "Milliseconds", 2100.0),
        document("punches_pending", "Count", 0.0),
    ]


def test_whatever_is_counted_is_a_metric_of_the_list_by_job_alone() -> None:
    """An alarm knows names and `job`: another dimension makes a metric that no alarm sees."""
    calls = [
        node
        for name, text in texts().items()
        if name.endswith(".py") and name.split("/")[0] in APPS
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "metrics.count"
    ]
    assert {ast.literal_eval(call.args[0]) for call in calls} <= metrics.METRICS.keys()
    assert {keyword.arg for call in calls for keyword in call.keywords} == {"job"}
