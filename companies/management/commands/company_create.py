"""`manage.py company_create`: a company and its first HR, who is mailed a sign-in link."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from companies import links, services
from companies.actor import job_actor
from companies.management import refusals
from companies.models import User


class Command(BaseCommand):
    help = "Make a company and its first HR; prints the sign-in link that is also mailed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--zone", required=True, help="for example Asia/Kathmandu")
        parser.add_argument("--hr-name", required=True)
        parser.add_argument("--hr-email", required=True)
        parser.add_argument("--code", default="", help="short name in addresses")
        parser.add_argument("--country", default="", help="two letters, for example NP")

    def handle(self, *args: Any, **options: Any) -> None:
        names = ("name", "zone", "hr_name", "hr_email", "code", "country")
        asked = {name: options[name] for name in names}
        with refusals.told():
            company = services.company_create(**asked, by=job_actor("company_create"))
        hr = User.objects.get(email__iexact=options["hr_email"].strip())
        self.stdout.write(f"{company.name} is there. {hr.name} signs in first by this link:")
        self.stdout.write(links.sign_in_link(hr))
