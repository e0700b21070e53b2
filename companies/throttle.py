"""Counting how often something is asked for, by one atomic statement."""

from __future__ import annotations

import datetime as dt
import math

from django.db import connection
from django.db.models import F
from django.utils import timezone

from companies.models import Throttle

# A window lies at most its own length behind now; one far ahead is left from before the clock was
# set back, and would count until it is caught up with.
_UPSERT = """
INSERT INTO {table} (key, window_started_at, count) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN {table}.window_started_at <= %s OR {table}.window_started_at > %s
    THEN 1 ELSE {table}.count + 1 END,
  window_started_at = CASE WHEN {table}.window_started_at <= %s OR {table}.window_started_at > %s
    THEN excluded.window_started_at ELSE {table}.window_started_at END
RETURNING count
"""


def hit(key: str, *, limit: int, seconds: int, now: dt.datetime | None = None) -> bool:
    """Count one use of `key` and return whether it is within `limit` per window of `seconds`.

    A window starts with its first use; when it is over, the next use starts another.
    """
    moment = now or timezone.now()
    window = dt.timedelta(seconds=seconds)
    adapt = connection.ops.adapt_datetimefield_value
    over = [adapt(moment - window), adapt(moment + window)]
    statement = _UPSERT.format(table=Throttle._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(statement, [key, adapt(moment), *over, *over])
        (count,) = cursor.fetchone()
    return bool(count <= limit)


def give_back(key: str) -> None:
    """Take back one use of `key` that turned out to be none to count, by one statement."""
    Throttle.objects.filter(key=key, count__gt=0).update(count=F("count") - 1)


def minutes_left(key: str, *, seconds: int, now: dt.datetime) -> int:
    """Return in how many minutes, at least one, the present window of `key` is over."""
    row = Throttle.objects.filter(key=key).first()
    ends_at = (row.window_started_at if row else now) + dt.timedelta(seconds=seconds)
    return max(math.ceil((ends_at - now).total_seconds() / 60), 1)
