"""What tests of pages share: forms carry their one-time token as browsers send it."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpResponse
from django.test import Client

from companies.once import FIELD


def post_once(client: Client, path: str, data: dict[str, Any] | None = None) -> HttpResponse:
    """Send a form with a fresh token, as its page would."""
    answer: HttpResponse = client.post(path, {FIELD: str(uuid.uuid4()), **(data or {})})  # type: ignore[assignment]
    return answer
