"""Messages of careers: to candidates by their private link, to visitors, and to HR."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation

from companies import notices, outbox
from companies.models import (
    Application,
    ApplicationEvent,
    Company,
    OutboxMessage,
    VisitorQuestion,
)
from companies.selectors import hr_of, wanting


def application_told(
    row: Application, what: str, *, nth: str = "", event: ApplicationEvent | None = None
) -> None:
    """Tell a candidate to confirm, that they have applied already, how it stands, what is asked.

    Ids only: what the mail says is read when it is sent, and nothing of who withdrew until then.
    """
    values = {"application": str(row.public_id)}
    if event is not None:
        values["event"] = str(event.public_id)
    outbox.enqueue(
        company=row.company,
        dedupe_key=":".join(filter(None, (f"application_{what}", str(row.public_id), nth))),
        to=row.email,
        template=f"companies/email/application_{what}",
        values=values,
        locale=row.locale,
        is_awaited=True,
    )


def application_forgotten(row: Application) -> None:
    """Take the candidate's address out of what was written to them, sent or not.

    The messages stay for the count; one that waits finds nobody to be written to.
    """
    kinds = ("confirm", "again", "moved", "asked")
    written = [Q(dedupe_key__startswith=f"application_{what}:{row.public_id}") for what in kinds]
    OutboxMessage.objects.filter(reduce(or_, written), company=row.company).update(to="")


def visitor_answered(row: VisitorQuestion) -> None:
    """Send a visitor the answer of HR; the only mail that goes to their address."""
    outbox.enqueue(
        company=row.company,
        dedupe_key=f"visitor_answered:{row.public_id}",
        to=row.email,
        template="companies/email/visitor_answered",
        values={"question": str(row.public_id)},
        locale=row.locale,
        is_awaited=True,
    )


def careers_news(
    company: Company, row: Application | VisitorQuestion, what: str, *, on: dt.date, nth: str = ""
) -> None:
    """Tell HR that somebody applied, answered or asks; who does not want such mail gets none."""
    path = reverse(f"admin:companies_{row._meta.model_name}_change", args=[row.public_id])
    people = [user for user in hr_of(on=on) if user.email and user.is_active]
    for user in wanting(people, notices.CAREERS.kind):
        with translation.override(user.locale or None):
            foot = notices.foot()
        outbox.enqueue(
            company=company,
            dedupe_key=":".join(
                filter(None, (f"careers_{what}", str(row.public_id), str(user.public_id), nth))
            ),
            to=user.email or "",
            template="companies/email/careers_news",
            values={
                "user": str(user.public_id),
                "name": user.name,
                "company": company.name,
                "what": what,
                "opening": row.opening.title if row.opening else "",
                "link": f"{settings.PUBLIC_URL}{path}",
                "foot": foot,
            },
            locale=user.locale,
        )
