"""Grants, adjustments and opening balances by a file: looked at line by line, then done at once.

Between looking and doing the file travels in the page itself, signed for whoever looked and for an
hour; nothing is stored that somebody would have to clear away.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget

from companies.actor import Actor
from companies.admin_base import BaseAdmin
from companies.errors import MusterError
from companies.models import Employee
from companies.once import once
from leave import wording
from leave.admin.grants import text_input
from leave.enums import SheetKind
from leave.models import LeaveType
from leave.services import sheets
from leave.services.imports import Effect, SheetLook, sheet_do, sheet_look

if TYPE_CHECKING:
    from leave.admin.ledger import LedgerAdmin

_AN_HOUR = 3600
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SheetForm(forms.Form):
    """The file, and what it brings."""

    kind = forms.TypedChoiceField(
        label=gettext_lazy("What the file brings"), choices=SheetKind.choices, coerce=SheetKind,
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy(
            "Opening balances: one per person and type. Grants are given beside what stands; "
            "adjustments add to it or take from it, in the order of use."
        ),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("File"), allow_empty_file=True,
        help_text=gettext_lazy("XLSX or “CSV UTF-8”, as the template has it; at most 2000 lines."),
        error_messages={"required": gettext_lazy("Choose a file.")},
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=200, widget=text_input(),
        help_text=gettext_lazy("Of every line that gives none itself. People read it."),
    )  # fmt: skip


class _Carried:
    """A file on its way from looking to doing, and what it brings."""

    def __init__(self, kind: SheetKind, content: bytes, reason: str) -> None:
        self.kind, self.content, self.reason = kind, content, reason

    @property
    def said(self) -> dict[str, Any]:
        return {"kind": self.kind, "content": self.content, "reason": self.reason}

    @staticmethod
    def _salt(actor: Actor) -> str:
        company = actor.company and actor.company.public_id
        return f"leave.sheet:{company}:{actor.id}"

    def sealed(self, actor: Actor) -> str:
        packed = base64.b64encode(self.content).decode()
        value = [self.kind.value, packed, self.reason]
        return signing.dumps(value, salt=self._salt(actor), compress=True)

    @classmethod
    def opened(cls, text: str, actor: Actor) -> _Carried | None:
        """Return the file; none if it is another's, too old, or was touched."""
        try:
            kind, packed, reason = signing.loads(text, salt=cls._salt(actor), max_age=_AN_HOUR)
        except signing.BadSignature:
            return None
        return cls(SheetKind(kind), base64.b64decode(packed), reason)


def file_page(model_admin: LedgerAdmin, request: HttpRequest) -> HttpResponse:
    """Ask for a file; show what it does; do it when HR says so."""
    if not model_admin.may_act(request):
        raise PermissionDenied

    @once
    def answer(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return _page(model_admin, request, SheetForm())
        if "file" in request.FILES or "sealed" not in request.POST:
            return _looked(model_admin, request)
        return _do(model_admin, request)

    return answer(request)


def _looked(model_admin: LedgerAdmin, request: HttpRequest) -> HttpResponse:
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(model_admin, request, form)
    cleaned = form.cleaned_data
    # One byte more than is taken tells that the file is too large, and no more is kept in memory.
    content = cleaned["file"].read(sheets.MOST_BYTES + 1)
    return _show(model_admin, request, form, _Carried(cleaned["kind"], content, cleaned["reason"]))


def _show(
    model_admin: LedgerAdmin, request: HttpRequest, form: SheetForm, carried: _Carried,
    problem: str = "",
) -> HttpResponse:  # fmt: skip
    actor: Actor = request.actor  # type: ignore[attr-defined]
    assert actor.company is not None  # noqa: S101  # HR acts in one
    try:
        found = sheet_look(company=actor.company, by=actor, **carried.said)
    except MusterError as error:
        return _page(model_admin, request, form, {"problem": problem or str(error)})
    shown = {
        "look": found,
        "lines": [_line(each) for each in found.effects],
        "sealed": carried.sealed(actor),
        "problem": problem,
    }
    return _page(model_admin, request, form, shown)


def _do(model_admin: LedgerAdmin, request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    assert actor.company is not None  # noqa: S101  # HR acts in one
    carried = _Carried.opened(request.POST["sealed"], actor)
    if carried is None:
        late = _("You looked at this file too long ago. Choose it once more.")
        return _page(model_admin, request, SheetForm(), {"problem": late})
    try:
        done = sheet_do(
            company=actor.company, by=actor, fingerprint=request.POST.get("fingerprint", ""),
            **carried.said,
        )  # fmt: skip
    except MusterError as error:
        return _show(model_admin, request, SheetForm(), carried, str(error))
    messages.success(request, _done_words(done))
    return HttpResponseRedirect(model_admin.address("changelist"))


def _done_words(done: SheetLook) -> str:
    count = len(done.items)
    words = ngettext(
        "One line of the file is written.", "%(count)s lines of the file are written.", count
    ) % {"count": count}
    if not done.already:
        return words
    there = ngettext(
        "One was there already.", "%(count)s were there already.", done.already
    ) % {"count": done.already}  # fmt: skip
    return f"{words} {there}"


def _line(effect: Effect) -> dict[str, Any]:
    """Return what a line of the table shows."""
    row, person = effect.row, effect.employee
    return {
        "number": effect.number,
        "person": f"{person.name} ({person.code})" if person else row.employee if row else "–",
        "type": effect.leave_type.name if effect.leave_type else row.type if row else "–",
        "on": date_format(row.starts_on, "D j M Y") if row else "–",
        "until": date_format(row.ends_on, "j M Y") if row and row.ends_on else "",
        "amount": wording.amount(row.amount) if row else "–",
        "before": wording.amount(effect.before),
        "after": wording.amount(effect.after),
        "problem": effect.problem,
        "is_there": effect.is_there,
        "is_whole": not effect.problem and not effect.is_there,
    }


def _page(
    model_admin: LedgerAdmin, request: HttpRequest, form: SheetForm,
    shown: dict[str, Any] | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "title": _("Leave by file"),
        "form": form,
        "template_url": model_admin.address("template"),
        "columns": ", ".join(sheets.COLUMNS),
        **(shown or {}),
    }
    return model_admin.page(request, "leave/admin/file.html", context)


def template_file(model_admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Send the empty file, with everybody who works here."""
    if not model_admin.may_act(request):
        raise PermissionDenied
    today = timezone.now().date()
    here = Employee.objects.filter(is_active=True).filter(
        Q(left_on__isnull=True) | Q(left_on__gte=today)
    )
    people = here.order_by("name", "code").values_list("code", "name")
    if request.GET.get("as") == "csv":
        # The mark at the beginning lets spreadsheets read names in every script.
        text = "\ufeff" + "".join(sheets.template(people))
        response = HttpResponse(text, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="leave.csv"'
    else:
        types = LeaveType.objects.filter(is_offered=True).order_by("name")
        book = sheets.template_book(people, list(types.values_list("code", "name")))
        response = HttpResponse(book, content_type=_WORKBOOK)
        response["Content-Disposition"] = 'attachment; filename="leave.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response
