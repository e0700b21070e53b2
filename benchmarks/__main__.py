"""Everything in one run; prints lines, writes nothing that stays."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Collection, Iterable

from benchmarks import stand
from tests.portraits import PortraitsMissing

SECTIONS = (1, 2, 3, 4, 5, 6, 7)


def _say(title: str, lines: Iterable[str]) -> None:
    print(f"\n{title}", flush=True)
    for line in lines:
        print(f"  {line}", flush=True)


def _measure(port: int, sections: Collection[int]) -> None:
    # Django reads its settings when it is first used: the stand must be up by then.
    import django  # noqa: PLC0415  # settings: the stand must be up
    from django.core.management import call_command  # noqa: PLC0415  # settings: the stand must be up

    django.setup()
    from benchmarks import sections as every  # noqa: PLC0415  # apps: models must be loaded

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    for title, lines in every.run(port, sections):
        _say(title, lines)


def main() -> int:
    """Measure, or say in one line why that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--port", type=int, default=8108, help="for gunicorn (default 8108)")
    parser.add_argument(
        "--only", type=int, nargs="+", choices=SECTIONS, default=SECTIONS, metavar="N",
        help="these sections only (default all)",
    )  # fmt: skip
    asked = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    # Told to end, it still takes away what it made.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(1))
    try:
        with stand.folder(), stand.database():
            _measure(asked.port, asked.only)
    except (stand.CannotMeasure, PortraitsMissing) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
