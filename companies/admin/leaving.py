"""HR writes somebody's last day: what is open is shown first, their team gets another manager."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import INPUT_CLASSES, UnfoldAdminTextInputWidget

from companies import permissions
from companies.admin_base import BaseAdmin
from companies.admin_fields import RowSelect
from companies.leaving import what_is_open
from companies.models import Employee, Placement
from companies.selectors.leaving import handed_over
from companies.services import employee_leave
from companies.services.leaving import FAREST

# So many names are said: a message is read at a glance.
_MOST_NAMED = 10


def may_leave(actor: Any, row: Employee) -> bool:
    """Return whether the actor writes the person's last day."""
    return permissions.can_end_employment(actor, row) and permissions.can_manage_person(actor, row)


def leaving_page(model_admin: BaseAdmin, request: HttpRequest, row: Employee) -> HttpResponse:
    """Show what is open, ask for the last day and who takes over, and do it."""
    today = timezone.localdate()
    is_written = row.left_on is not None and row.left_on <= today + FAREST
    last_on = row.left_on if row.left_on is not None and is_written else today

    def act(cleaned: dict[str, Any]) -> str:
        count = employee_leave(
            employee=row, last_on=cleaned["last_on"], successor=cleaned["successor"],
            reason=cleaned["reason"], by=request.actor,  # type: ignore[attr-defined]
        )  # fmt: skip
        said = _said(row, cleaned["last_on"], cleaned["successor"], count)
        return " ".join(filter(None, (said, _given_away(row, cleaned["last_on"]))))

    return model_admin.ask(
        request, row=row, form=_form(model_admin, row.left_on), act=act,
        done_url=model_admin.row_url(row), submit=_("Write the last day"),
        title=_("%(name)s leaves") % {"name": row.name},
        above=render_to_string(
            "companies/admin/leaving.html",
            {"open": what_is_open(row, last_on), "date": last_on, "is_written": is_written},
        ),
        sentence=_(
            "After the last day nothing is open to them but a page to ask for their records; their "
            "roles end, and their face data is deleted. What they did stays."
        ),
    )  # fmt: skip


def _said(row: Employee, last_on: dt.date, successor: Employee | None, count: int) -> str:
    words = {
        "name": row.name, "date": date_format(last_on, "l, j F Y"), "count": count,
        "successor": successor.name if successor is not None else "",
    }  # fmt: skip
    if not count:
        return _("The last day of %(name)s is %(date)s.") % words
    text = ngettext(
        "The last day of %(name)s is %(date)s. One person reports to %(successor)s after it.",
        "The last day of %(name)s is %(date)s. %(count)s people report to %(successor)s after it.",
        count,
    )
    return text % words


def _given_away(row: Employee, last_on: dt.date) -> str:
    """Return whom a hand-over took from them too early, where the last day is later than before.

    `row` is the person as they were. Nobody is given back by itself: others may count on it.
    """
    if row.left_on is None or last_on <= row.left_on:
        return ""
    names = list(handed_over(row, row.left_on).values_list("employee__name", flat=True))
    if not names:
        return ""
    words = {
        "first": date_format(row.left_on + dt.timedelta(days=1), "j F Y"), "count": len(names),
        "people": ", ".join(names[:_MOST_NAMED]) + ("…" if len(names) > _MOST_NAMED else ""),
    }  # fmt: skip
    text = ngettext(
        "From %(first)s on one person of their team reports to another already: %(people)s. "
        "Change their manager of that date where it is too early.",
        "From %(first)s on %(count)s people of their team report to others already: %(people)s. "
        "Change their manager of that date where it is too early.",
        len(names),
    )
    return text % words


def _form(model_admin: BaseAdmin, left_on: dt.date | None) -> type[forms.Form]:
    manager: Any = Placement._meta.get_field("manager")

    class LeavingForm(forms.Form):
        last_on = forms.DateField(
            label=gettext_lazy("Last day"), initial=None,
            widget=forms.TextInput({"type": "date", "class": " ".join(INPUT_CLASSES)}),
        )  # fmt: skip
        successor = forms.ModelChoiceField(
            Employee.objects.all(), label=gettext_lazy("Who takes their people over"),
            required=False, to_field_name="public_id",
            widget=RowSelect(manager, model_admin.admin_site),
            help_text=gettext_lazy("From the day after; empty: their people keep what stands."),
        )  # fmt: skip
        reason = forms.CharField(
            label=gettext_lazy("Reason"), max_length=200, required=False,
            widget=UnfoldAdminTextInputWidget,
        )  # fmt: skip

    # Nothing is proposed: one tap too many would end an employment today.
    LeavingForm.base_fields["last_on"].initial = left_on
    return LeavingForm
