"""A middleware of the tests that stops a request in the middle of its transaction, once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse


def hold(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the first statement that writes to `HELD_TABLE` wait for ever, and leave a mark."""
    mark, table = Path(os.environ["MUSTER_VAR"]) / "held", os.environ["HELD_TABLE"]

    def wrapper(execute: Any, sql: str, *rest: Any) -> Any:
        if f'INSERT INTO "{table}"' in sql and not mark.exists():
            mark.touch()
            threading.Event().wait()
        return execute(sql, *rest)

    def middleware(request: HttpRequest) -> HttpResponse:
        with connection.execute_wrapper(wrapper):
            return get_response(request)

    return middleware
