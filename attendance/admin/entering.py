"""HR adds punches by hand: an in, an out, or both, with a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from attendance.enums import Source
from attendance.errors import NoSuchTime
from attendance.fields import DayField, has_neighbours
from attendance.rules import byhand
from attendance.rules.errors import InvalidInput
from attendance.selectors import people
from attendance.services.entries import Entered, punches_enter
from companies.admin_base import BaseAdmin
from companies.admin_forms import ReasonForm
from companies.models import Employee
from companies.once import token_of


def _input(kind: str) -> forms.TextInput:
    return forms.TextInput({"class": " ".join(INPUT_CLASSES), "type": kind})


class EnterForm(ReasonForm):
    """When the person came and left, by the clocks of where they are."""

    employee: ClassVar[Employee]
    offered: ClassVar[dt.date | None] = None  # fields are shared by all forms: it is not theirs

    date = DayField(label=gettext_lazy("Date"), widget=_input("date"))
    came = forms.TimeField(
        label=gettext_lazy("Came at"), required=False, widget=_input("time"),
        help_text=gettext_lazy("Empty: only a check-out is missing."),
    )  # fmt: skip
    left = forms.TimeField(
        label=gettext_lazy("Left at"), required=False, widget=_input("time"),
        help_text=gettext_lazy(
            "Empty: only a check-in is missing. A time before the check-in is on the next day."
        ),
    )  # fmt: skip
    which = forms.ChoiceField(
        label=gettext_lazy("The clocks went back"),
        help_text=gettext_lazy("The time came twice that day."),
        required=False,
        choices=(
            ("", gettext_lazy("Choose")),
            ("first", gettext_lazy("The first time")),
            ("second", gettext_lazy("The second time")),
        ),
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ("date", "came", "left", "which", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"date": self.offered}} | kwargs)
        if not self.data.get("which") and not self._comes_twice():
            # Asked only where the answer matters: on one day of the year.
            del self.fields["which"]

    def _comes_twice(self) -> bool:
        try:
            date = dt.date.fromisoformat(self.data.get("date", ""))
            came, left = (
                dt.time.fromisoformat(text) if (text := self.data.get(name, "")) else None
                for name in ("came", "left")
            )
        except ValueError:
            return False
        return has_neighbours(date) and byhand.comes_twice(date, came, left, self._zone_on(date))

    def _zone_on(self, date: dt.date) -> str:
        return people.calendar_of(self.employee, date, date).zone_on(date)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        date, came, left = (cleaned.get(name) for name in ("date", "came", "left"))
        if date is None or {"came", "left"} & self.errors.keys():
            return cleaned
        if came is None and left is None:
            raise ValidationError(_("Enter when the person came, when they left, or both."))
        zone, which = self._zone_on(date), cleaned.get("which", "")
        if not which and byhand.comes_twice(date, came, left, zone):
            self.add_error("which", _("The time came twice that day. Say which is meant."))
            return cleaned
        walls = [time and byhand.Wall(time, which == "second") for time in (came, left)]
        try:
            cleaned["entered"] = [
                Entered(*item) for item in byhand.presence(date, walls[0], walls[1], zone)
            ]
        except InvalidInput as error:
            is_came = came is not None and error.values["time"] == f"{came:%H:%M}"
            self.add_error("came" if is_came else "left", str(NoSuchTime(**error.values)))
        return cleaned


def ask_enter(
    model_admin: BaseAdmin,
    request: HttpRequest,
    *,
    row: Any,
    employee: Employee,
    date: dt.date | None = None,
) -> HttpResponse:
    """Ask when the person came and left, and why somebody writes it down for them."""

    class Form(EnterForm):
        pass

    Form.employee, Form.offered = employee, date

    def act(cleaned: dict[str, Any]) -> str:
        made = punches_enter(
            employee=employee,
            entered=cleaned["entered"],
            source=Source.HR,
            reason=cleaned["reason"],
            by=request.actor,  # type: ignore[attr-defined]
            token=token_of(request),
        )
        return ngettext(
            "The punch is added, and the day is judged again.",
            "The punches are added, and the day is judged again.",
            len(made),
        )

    return model_admin.ask(
        request, row=row, form=Form, act=act, done_url=model_admin.row_url(row),
        title=_("Add a punch"), submit=_("Add"),
        sentence=_("For %(name)s, by the clocks of where they are. What stands already stays as "
                   "it is: void what is wrong from its own page.") % {"name": employee.name},
    )  # fmt: skip
