"""`manage.py operator_create`: somebody who runs the platform."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from companies import links, services
from companies.actor import job_actor
from companies.management import refusals


class Command(BaseCommand):
    help = "Make a platform operator; prints the sign-in link that is also mailed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        with refusals.told():
            grant = services.operator_create(
                name=options["name"], email=options["email"], by=job_actor("operator_create")
            )
        self.stdout.write(f"{grant.user.name} signs in first by this link:")
        self.stdout.write(links.sign_in_link(grant.user))
