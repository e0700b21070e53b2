"""`manage.py simulate FILE`: judges a scenario by the rules, without a database."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import override

from attendance.simulate.problems import UnsupportedScenario, WrongScenario
from portal import simulation

WRONG, UNSUPPORTED = 2, 3


class Command(BaseCommand):
    help = "Judge the days of a scenario (YAML or JSON) and print them as JSON."
    # It reads one file and prints: whether the product is set up well is nothing to it.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", help="the scenario; - is what comes in")
        parser.add_argument("--schema", action="store_true", help="print the form as JSON Schema")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["schema"]:
            self._print(simulation.schema())
            return
        name = options["file"]
        if name is None:
            raise CommandError("Name a file; - is what comes in.", returncode=WRONG)
        text = self._text(name)
        try:
            with override("en"):  # the words are part of the answer, whoever asks
                self._print(simulation.simulate(text))
        except WrongScenario as error:
            self._end(WRONG, *(f"{name}:{problem}" for problem in error.problems))
        except UnsupportedScenario as error:
            self._end(UNSUPPORTED, *(f"unsupported: {place}" for place in error.places))

    def _text(self, name: str) -> str:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
            return raw.decode("utf-8-sig")
        except OSError as error:
            self._end(WRONG, f"{name}: {error.strerror}")
        except UnicodeDecodeError:
            self._end(WRONG, f"{name}: not text in UTF-8")

    def _print(self, found: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(found, indent=2, ensure_ascii=False))

    def _end(self, code: int, *lines: str) -> NoReturn:
        self.stderr.write("\n".join(lines))
        sys.exit(code)
