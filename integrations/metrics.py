"""Numbers that alarms and the dashboard read: `count(name, value)`, wherever they arise.

On AWS (`MUSTER_METRICS=emf`) they leave as CloudWatch's embedded metrics, by Powertools, which is
imported when the first one is counted; elsewhere as a line in the log. Namespace and service come
from `POWERTOOLS_METRICS_NAMESPACE` and `POWERTOOLS_SERVICE_NAME`. A dimension stands for a metric
of its own: alarms know `job` and no other, and nothing of a person or a company may be one.
"""

from __future__ import annotations

import logging
import os
from typing import Final

from django.conf import settings

log = logging.getLogger(__name__)

# Name → unit. What is not listed is a count; a test compares the list with what is counted.
METRICS: Final = {
    "job_succeeded": "Count",
    "journal_parked": "Count",
    "outbox_age": "Seconds",
    "punches_mismatched": "Count",
    "punches_pending": "Count",
    "punches_recorded": "Count",
    "punches_waiting": "Count",
    "replay_lag_seconds": "Seconds",
    "verification_latency": "Milliseconds",
}


def count(name: str, value: float = 1, **dimensions: str) -> None:
    """Tell that a metric has this value now; counts add up, ages and lags stand for themselves."""
    if settings.MUSTER_METRICS != "emf":
        # One machine has no alarms that need to know of nothing.
        if value:
            told = "".join(f" {key}={item}" for key, item in sorted(dimensions.items()))
            log.info("metric %s=%g%s", name, value, told)
        return
    from aws_lambda_powertools.metrics import (  # noqa: PLC0415  # lazy: not before the first one
        MetricUnit,
        single_metric,
    )

    unit = MetricUnit(METRICS.get(name, "Count"))
    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "muster")
    with single_metric(name=name, unit=unit, value=value, namespace=namespace) as metric:
        metric.add_dimension("service", os.environ.get("POWERTOOLS_SERVICE_NAME", "muster"))
        for key, item in sorted(dimensions.items()):
            metric.add_dimension(key, item)
