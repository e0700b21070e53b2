"""What an adapter may raise, whatever the service behind it: three kinds, by who can mend it.

Each carries a stable `code` for programs and tests, and `values` that the sentence made of the
code may need. The sentence itself is made where it is shown.
"""

from __future__ import annotations


class IntegrationError(Exception):
    """Base of the three kinds; never raised itself."""

    def __init__(self, code: str, **values: str | int) -> None:
        self.code = code
        self.values = values
        super().__init__(code)

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.code} ({details})" if details else self.code


class Unavailable(IntegrationError):
    """The service does not answer now; the same call may succeed later."""


class EngineLost(Unavailable):
    """The process that did the work hung or died over it; it may do so again, so this one counts.

    Whoever bounds the number of tries counts these; any other `Unavailable` costs none.
    """


class Rejected(IntegrationError):
    """What was handed in cannot be used; the user can mend it."""


class Misconfigured(IntegrationError):
    """The installation lacks something or holds the wrong thing; the operator must mend it."""
