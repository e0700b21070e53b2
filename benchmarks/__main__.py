"""Everything in one run; prints lines, writes nothing that stays."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable

from benchmarks import stand


def _say(title: str, lines: Iterable[str]) -> None:
    print(f"\n{title}", flush=True)
    for line in lines:
        print(f"  {line}", flush=True)


def _measure(port: int) -> None:
    # Django reads its settings when it is first used: the stand must be up by then.
    import django  # noqa: PLC0415  # settings: the stand must be up
    from django.core.management import call_command  # noqa: PLC0415  # settings: the stand must be up

    django.setup()
    from benchmarks import company, punch, urls  # noqa: PLC0415  # apps: models must be loaded

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    urls.make_table()
    frame = company.frame()
    print(f"frame: 640×480 JPEG, {len(frame) / 1024:.0f} KiB")
    world, people = company.make("load", punch.PEOPLE)
    counted = punch.count(world, people[0], frame)
    with stand.server(port):
        raced = punch.race(world, people[1:], frame, port)
    _say("1. POST /punch with a picture", punch.report(counted, raced))


def main() -> int:
    """Measure, or say in one line why that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--port", type=int, default=8108, help="for gunicorn (default 8108)")
    port = parser.parse_args().port
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    try:
        with stand.folder(), stand.database():
            _measure(port)
    except stand.CannotMeasure as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
