"""How commands tell what a service refused: a sentence and exit status 1, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.management.base import CommandError

from companies.errors import MusterError


@contextmanager
def told() -> Iterator[None]:
    """Turn a refusal inside the block into a `CommandError`, with the argument that is at fault."""
    try:
        yield
    except MusterError as error:
        raise CommandError(str(error)) from error
    except ValidationError as error:
        raise CommandError(_sentences(error)) from error


def _sentences(error: ValidationError) -> str:
    by_argument = error.update_error_dict({})
    lines = []
    for argument, errors in by_argument.items():
        about = "" if argument == NON_FIELD_ERRORS else f"{argument.replace('_', '-')}: "
        lines += [about + sentence for one in errors for sentence in one.messages]
    return " ".join(lines)
