"""How fast work that waited may ask a hosted engine, so that people at the camera come first.

The service admits so many pictures a second for the whole account. Every look of a page is counted
and never held up; a sweep counts along and waits where the second has had half of the allowance,
whoever used it. Half, because two of our seconds may fall into one of the service's.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

from django.utils import timezone

from companies import throttle
from integrations import faces

_KEY: Final = "face_looks"
# A run of the sweep ends before the next begins, and before the machine ends it.
SWEEP: Final = dt.timedelta(seconds=45)
_MOMENT: Final = 0.1
# An engine that was away so often in a row is asked again by the next run.
_MOST_AWAY: Final = 5


def look_counted() -> None:
    """Count a look that somebody waits for."""
    if faces.most_a_second() is not None:
        throttle.hit(_KEY, limit=0, seconds=1)


class Pace:
    """The turns of one run of a sweep; an engine without an allowance is always asked at once."""

    def __init__(self) -> None:
        self._most = faces.most_a_second()
        self._until = timezone.now() + SWEEP
        self._away = 0

    def turn(self) -> bool:
        """Wait for a turn; False where this run should ask the engine no more."""
        if self._most is None:
            return True
        if self._away >= _MOST_AWAY:
            return False
        while timezone.now() < self._until:
            if throttle.hit(_KEY, limit=max(1, self._most // 2), seconds=1):
                return True
            time.sleep(_MOMENT)
        return False

    def learnt(self, *, is_away: bool) -> None:
        """Note whether the engine answered."""
        self._away = self._away + 1 if is_away else 0
