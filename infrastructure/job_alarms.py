"""The alarms of jobs in `alarms.yaml`, made from `portal.jobs.JOBS`: `make alarms` writes them.

A job tells `job_succeeded` each time it ends well. Its alarm goes off when three times in a row
(twice, for what runs a few times a day) nothing was told.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import django

if TYPE_CHECKING:
    from portal.jobs import Job

TEMPLATE: Final = Path(__file__).resolve().parent / "alarms.yaml"
# Where the database pauses, jobs run this often at most (`jobs_at_least_minutes`, docs/deploy.md).
SLOWEST_SECONDS: Final = 3600
# Below this, an alarm would ring at every release.
QUICKEST_SECONDS: Final = 300
SELDOM_SECONDS: Final = 6 * 3600
START: Final = "  # --- jobs:"
END: Final = "  # --- end of jobs"

ALARM: Final = """\
  Job{title}:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: !Sub "muster-${{Stage}}-job-{kebab}"
      AlarmDescription: "The job {name} has not succeeded in its time; ask `manage.py doctor`."
      Namespace: !Sub "muster-${{Stage}}"
      MetricName: job_succeeded
      Dimensions: [{{Name: service, Value: muster}}, {{Name: job, Value: {name}}}]
      Statistic: Sum
      Period: {period}
      EvaluationPeriods: {times}
      Threshold: 1
      ComparisonOperator: LessThanThreshold
      TreatMissingData: breaching
      AlarmActions: [!Ref AlarmTopicArn]
      OKActions: [!Ref AlarmTopicArn]

"""


def alarm_of(job: Job) -> str:
    """Return the alarm of a job as the template writes it."""
    usual = max(job.every_seconds, QUICKEST_SECONDS)
    slow = max(usual, SLOWEST_SECONDS)
    return ALARM.format(
        name=job.name,
        title="".join(word.capitalize() for word in job.name.split("_")),
        kebab=job.name.replace("_", "-"),
        period=usual if usual == slow else f"!If [IsAutoPause, {slow}, {usual}]",
        times=2 if usual >= SELDOM_SECONDS else 3,
    )


def written(template: str, jobs: Iterable[Job]) -> str:
    """Return the template with the alarms of these jobs in place of those it has.

    Raises:
        ValueError: the template has no place for them.
    """
    before, rest = template[: template.index(START)], template[template.index(START) :]
    heading = rest.partition("\n")[0]
    return f"{before}{heading}\n{''.join(map(alarm_of, jobs))}{rest[rest.index(END) :]}"


if __name__ == "__main__":
    django.setup()
    from portal.jobs import JOBS  # noqa: PLC0415  # its models need Django to be set up

    TEMPLATE.write_text(written(TEMPLATE.read_text("utf-8"), JOBS), "utf-8")
