"""`manage.py job NAME`: runs one scheduled job now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import jobs


class Command(BaseCommand):
    help = "Run one scheduled job now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=[job.name for job in jobs.JOBS])

    def handle(self, *args: Any, **options: Any) -> None:
        if not jobs.run(jobs.by_name(options["name"])):
            raise CommandError(f"{options['name']} failed; the log says why.")
