"""What goes wrong with a command of the operator is told in a sentence, not by a trace."""

from __future__ import annotations

import sys
from collections.abc import Callable

from integrations.errors import Misconfigured, Unavailable


def run(main: Callable[..., int | None], *arguments: str) -> int:
    """Run a command, and return its exit status; 1 with a sentence for what it refuses."""
    try:
        return main(*arguments) or 0
    except Unavailable as error:
        said = f"AWS does not answer; try again. {_first_cause(error)}"
    except Misconfigured as error:
        said = f"AWS refuses: {_first_cause(error)}"
    except KeyError:
        raise
    except (LookupError, RuntimeError) as error:
        # What the command itself refuses, by a sentence of its own.
        said = str(error)
    sys.stderr.write(f"{said}\n")
    return 1


def _first_cause(error: BaseException) -> BaseException:
    """Return what AWS or its client said first: the house's errors carry its code alone."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error
