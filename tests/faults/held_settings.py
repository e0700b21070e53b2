"""The tests' settings, for a server that stops within a transaction (tests.faults.held)."""

from tests.settings import *  # noqa: F403
from tests.settings import MIDDLEWARE

MIDDLEWARE = ["tests.faults.held.hold", *MIDDLEWARE]
