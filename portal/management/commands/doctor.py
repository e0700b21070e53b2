"""`manage.py doctor`: says of every part of this installation whether it does its work."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal import doctor


class Command(BaseCommand):
    help = "Check this installation, part by part; ends with 1 if anything is wrong."
    # What system checks would say, it says itself, and goes on.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs: a list of findings")

    def handle(self, *args: Any, **options: Any) -> None:
        found = doctor.examine()
        if options["json"]:
            said = json.dumps([item.as_dict() for item in found], indent=2, ensure_ascii=False)
            self.stdout.write(said)
        else:
            for item in found:
                self.stdout.write(f"{'  ' if item.is_fine else '✗ '}{item.sentence}")
        if not all(item.is_fine for item in found):
            sys.exit(1)
