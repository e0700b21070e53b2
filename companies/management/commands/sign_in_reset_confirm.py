"""`manage.py sign_in_reset_confirm`: the second person, for a company that has only one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from companies import services
from companies.actor import Actor
from companies.enums import ActorKind, ResetState
from companies.management import refusals
from companies.models import Company, SignInReset
from companies.scoping import company_scope


class Command(BaseCommand):
    help = "Confirm the waiting sign-in reset of a person, once you know that it is really them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("company", help="the company's code")
        parser.add_argument("employee", help="the person's employee code")
        parser.add_argument("--by", required=True, help="your name, for the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        company = Company.objects.filter(code=options["company"]).first()
        if company is None:
            raise CommandError("There is no company of this code.")
        by = Actor(
            kind=ActorKind.PLATFORM, id="command", name=options["by"], company=company,
            channel="command",
        )  # fmt: skip
        with company_scope(company), refusals.told():
            reset = SignInReset.objects.filter(
                employee__code=options["employee"], state=ResetState.ASKED
            ).first()
            if reset is None:
                raise CommandError("No reset of this person waits.")
            services.sign_in_reset_confirm(reset=reset, by=by, now=timezone.now())
        self.stdout.write(f"The sign-in of {reset.employee} is reset.")
