"""What scheduled work has in common: every company in turn, and one failure that stops nobody."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError

from companies.models import Company

log = logging.getLogger(__name__)


class JobIncomplete(Exception):
    """Some of a job's items failed; the log says which and why, and all others were done."""


class Failures:
    """Lets a job go on with its next item: one that fails must not hold up everybody's."""

    def __init__(self) -> None:
        self.count = 0

    @contextmanager
    def noted(self, item: str) -> Iterator[None]:
        try:
            yield
        except OperationalError:
            # The database itself: the next item would fare no better, the next run may.
            raise
        except Exception:
            log.exception("a job failed at %s", item)
            self.count += 1

    def tell(self) -> None:
        """Raise `JobIncomplete` if anything failed, so that the run does not count as a success."""
        if self.count:
            raise JobIncomplete(f"{self.count} failed; the log says which")


def companies() -> Iterator[Company]:
    """Yield every company; the caller opens the scope of each."""
    yield from Company.objects.order_by("pk")
