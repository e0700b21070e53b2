"""What the function is told of its stage: every setting of AWS, nothing secret, all of it there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infrastructure import job_alarms, stages
from tests.infrastructure.templates import template
from tests.repository import texts

TEMPLATE = json.loads(texts()["zappa_settings.json"])
ENVIRONMENT = TEMPLATE["dev"]["aws_environment_variables"]
# Settings of AWS that the function is not told, and why.
LEFT = {
    "AWS_REGION": "Lambda itself says it",
    "MUSTER_COGNITO_CLIENT_SECRET": "secret: a parameter of Systems Manager",
    "MUSTER_PHOTO_ORIGIN": "made of bucket and region",
    "MUSTER_REKOGNITION_LIVENESS": "off until a company wants it",
    "MUSTER_REKOGNITION_MATCH": "the default is meant",
    "MUSTER_REKOGNITION_TPS": "the default is what a new account has",
    "MUSTER_STATIC_MANIFEST": "the default is where the package has it",
    "MUSTER_STATIC_BUCKET": "set where static files are published, never in the function",
}
SECRET = {
    "MUSTER_COGNITO_CLIENT_SECRET",
    "MUSTER_FACE_KEYS",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
}


def test_every_setting_of_aws_is_told_or_left_for_a_reason() -> None:
    section = texts()["docs/settings.md"].partition("\n## AWS\n")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", section, re.MULTILINE))
    assert told
    assert told - ENVIRONMENT.keys() == LEFT.keys() & told
    assert not LEFT.keys() & ENVIRONMENT.keys()


def test_nothing_secret_is_told() -> None:
    assert not SECRET & ENVIRONMENT.keys()
    assert "@" in ENVIRONMENT["MUSTER_MAIL_FROM"]
    assert not re.search("password|secret(?!Arn)", json.dumps(list(ENVIRONMENT.values())), re.I)


@pytest.mark.parametrize("stage", stages.names())
def test_every_word_of_the_settings_is_an_output_of_a_stack(stage: str) -> None:
    said = {*template("base")["Outputs"], *template("database")["Outputs"], "Region"}
    assert stages.words(stages.settings(stage)) <= said


def test_a_stage_is_as_slow_as_the_alarms_of_its_jobs_believe() -> None:
    slow = job_alarms.SLOWEST_SECONDS // 60
    least: dict[str, Any] = {
        name: item.get("jobs_at_least_minutes", TEMPLATE["dev"]["jobs_at_least_minutes"])
        for name, item in TEMPLATE.items()
    }
    assert least == {"dev": slow, "staging": slow, "production": 1}
