"""A company whose Slack is connected, and Slack itself over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.slack_world import SlackWorld, slack_world


@pytest.fixture
def slack(db: None, settings: Any) -> Iterator[SlackWorld]:
    with slack_world(settings) as made:
        yield made
