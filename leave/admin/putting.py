"""HR's page that puts many people on a leave plan at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from companies.admin_base import BaseAdmin
from companies.admin_filters import placed_now
from companies.enums import EmploymentType
from companies.models import Department, Employee, Office
from companies.once import once
from leave import permissions
from leave.models import LeavePlan
from leave.selectors.plans import without_plan
from leave.services.plans import plan_assign_many

# Of those who could not be put on it, so many are named.
_MOST_NAMED = 20


def _rows(model: Any, label: Any, empty: Any, *, is_required: bool = False) -> Any:
    return forms.ModelChoiceField(
        model.objects.none(), label=label, required=is_required, to_field_name="public_id",
        empty_label=empty, widget=UnfoldAdminSelectWidget,
    )  # fmt: skip


class WhomForm(forms.Form):
    """Which plan, and among whom."""

    plan = _rows(LeavePlan, gettext_lazy("Plan"), gettext_lazy("Choose"), is_required=True)
    office = _rows(Office, gettext_lazy("Office"), gettext_lazy("Every office"))
    department = _rows(Department, gettext_lazy("Department"), gettext_lazy("Every department"))
    employed_as = forms.ChoiceField(
        label=gettext_lazy("Employed as"), required=False, widget=UnfoldAdminSelectWidget,
        choices=(("", gettext_lazy("anything")), *EmploymentType.choices),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, model in (("plan", LeavePlan), ("office", Office), ("department", Department)):
            field: Any = self.fields[name]
            field.queryset = model.objects.all()

    def people(self) -> list[Employee]:
        """Return who fits and earns this type of leave by no plan yet."""
        cleaned = self.cleaned_data
        found: Any = without_plan(cleaned["plan"], on=timezone.now().date())
        for name in ("office", "department"):
            if cleaned.get(name):
                found = placed_now(found, name, cleaned[name].public_id)
        if cleaned.get("employed_as"):
            found = found.filter(employment_type=cleaned["employed_as"])
        return list(found)


class PutForm(forms.Form):
    """From when to when, and whom."""

    starts_on = forms.DateField(
        label=gettext_lazy("From"), required=False,
        help_text=gettext_lazy(
            "Empty: each from joining. Who joined later begins on the day of joining."
        ),
        widget=UnfoldAdminTextInputWidget({"type": "date"}),
    )  # fmt: skip
    ends_on = forms.DateField(
        label=gettext_lazy("To"), required=False, help_text=gettext_lazy("Empty: open."),
        widget=UnfoldAdminTextInputWidget({"type": "date"}),
    )  # fmt: skip
    people = forms.MultipleChoiceField(
        label=gettext_lazy("People"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Tick at least one person.")},
    )  # fmt: skip

    def __init__(self, people: list[Employee], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["people"]
        field.choices = [(str(row.public_id), f"{row.name} ({row.code})") for row in people]
        field.initial = [key for key, _words in field.choices]


def put_on_plan(model_admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Ask which plan; show who is on none of its type; put whom HR ticks on it, once."""
    actor = request.actor  # type: ignore[attr-defined]
    if not permissions.can_manage_leave(actor):
        raise PermissionDenied
    asked = WhomForm(request.GET) if request.GET else WhomForm()
    if not asked.is_valid():
        return _page(model_admin, request, asked)
    people = [row for row in asked.people() if permissions.can_manage_books(actor, row)]

    @once
    def answer(request: HttpRequest) -> HttpResponse:
        bound = PutForm(people, request.POST) if request.method == "POST" else PutForm(people)
        if bound.is_bound and bound.is_valid():
            return _put(model_admin, request, asked.cleaned_data["plan"], people, bound)
        return _page(model_admin, request, asked, people, bound)

    return answer(request)


def _put(
    model_admin: BaseAdmin,
    request: HttpRequest,
    plan: LeavePlan,
    people: list[Employee],
    form: PutForm,
) -> HttpResponse:
    chosen, cleaned = set(form.cleaned_data["people"]), form.cleaned_data
    done = plan_assign_many(
        people=[row for row in people if str(row.public_id) in chosen], plan=plan,
        starts_on=cleaned["starts_on"], ends_on=cleaned["ends_on"],
        by=request.actor,  # type: ignore[attr-defined]
    )  # fmt: skip
    refused = [item for item in done if item.assignment is None]
    for item in refused[:_MOST_NAMED]:
        messages.warning(request, f"{item.employee.name}: {item.said}")
    count = len(done) - len(refused)
    words = ngettext("%(count)s person is on %(plan)s now. The books follow within the hour.",
                     "%(count)s people are on %(plan)s now. The books follow within the hour.",
                     count)  # fmt: skip
    messages.success(request, words % {"count": count, "plan": plan.name})
    return HttpResponseRedirect(model_admin.address("changelist"))


def _page(
    model_admin: BaseAdmin,
    request: HttpRequest,
    asked: WhomForm,
    people: list[Employee] | None = None,
    form: PutForm | None = None,
) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Put people on a leave plan"),
        "trail": model_admin._trail(),
        "opts": model_admin.opts,
        "back_url": model_admin.address("changelist"),
        "asked": asked,
        "form": form,
        "people": people,
        "plan": asked.cleaned_data.get("plan") if asked.is_bound else None,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "leave/admin/put_on_plan.html", context)
