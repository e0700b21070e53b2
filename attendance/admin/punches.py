"""HR's pages of punches: what was recorded, what is known of it, and the decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from attendance import permissions, wording
from attendance.enums import FaceState, Source
from attendance.models import FaceEnrolment, Punch, PunchEntry, PunchState
from attendance.selectors.flagged import references_of
from attendance.services import decisions
from companies.actor import Actor
from companies.admin_base import ReadOnlyAdmin, on_row
from companies.admin_filters import (
    DateFilter,
    DepartmentOfPersonFilter,
    OfficeOfPersonFilter,
    PersonFilter,
    WordsFilter,
)
from companies.admin_forms import ReasonForm
from companies.enums import LookKind
from companies.looks import look_record

FACE_TONES = {
    FaceState.VERIFIED: "success",
    FaceState.PENDING: "info",
    FaceState.REVIEW: "warning",
    FaceState.MISMATCH: "danger",
    FaceState.UNVERIFIABLE: "warning",
    FaceState.NOT_CHECKED: "",
}


def local_time(state: PunchState) -> str:
    """Return when it was, where it was: "Mon 2 Mar 2026, 09:04"."""
    local = state.occurred_at.astimezone(ZoneInfo(state.punch.zone))
    return f"{date_format(local, 'D j M Y')}, {local:%H:%M}"


class StandFilter(WordsFilter):
    """What a person must look at, what was decided, what was voided."""

    title = gettext_lazy("Needs a human")
    parameter_name = "stand"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("flagged", _("To be looked at")),
            ("decided", _("Decided")),
            ("voided", _("Voided")),
            ("refused", _("Refused by the check")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return {
            "flagged": queryset.filter(is_flagged=True),
            "decided": queryset.filter(decided_at__isnull=False),
            "voided": queryset.filter(voided_at__isnull=False),
            "refused": queryset.filter(is_refused=True),
        }.get(self.value() or "")


class SourceFilter(WordsFilter):
    """The door a punch came through."""

    title = gettext_lazy("Through")
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Source.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(punch__source=self.value()) if self.value() else None


class PunchAdmin(ReadOnlyAdmin):
    """Punches with their evidence; decided by services, never one's own."""

    row_key = "punch__public_id"
    change_form_template = "attendance/admin/punch.html"
    list_display = ("employee", "when", "what", "through", "face_words", "stand")
    list_select_related = ("employee", "punch")
    list_filter = (
        StandFilter,
        PersonFilter,
        ("attendance_date", DateFilter),
        ("face", ChoicesDropdownFilter),
        SourceFilter,
        OfficeOfPersonFilter,
        DepartmentOfPersonFilter,
    )
    search_fields = ("employee__name", "employee__code")
    search_help_text = gettext_lazy("Name or code")
    ordering = ("-occurred_at",)
    fields = ("occurred_at",)
    empty_words = gettext_lazy("Punches stand here as soon as somebody checks in.")
    actions_detail = ("accept", "void")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("employee", "punch")

    @display(description=gettext_lazy("when"), ordering="occurred_at")
    def when(self, row: PunchState) -> str:
        return local_time(row)

    @display(description=gettext_lazy("what"), ordering="direction")
    def what(self, row: PunchState) -> str:
        return row.get_direction_display()

    @display(description=gettext_lazy("through"), ordering="punch__source")
    def through(self, row: PunchState) -> str:
        return row.punch.get_source_display()

    @display(description=gettext_lazy("face"), ordering="face", label=FACE_TONES)
    def face_words(self, row: PunchState) -> tuple[str, str]:
        return row.face, row.get_face_display()

    @display(
        description=gettext_lazy("decision"),
        label={"flagged": "warning", "refused": "danger", "voided": "danger", "decided": "success"},
    )
    def stand(self, row: PunchState) -> tuple[str, str] | str:
        if row.is_refused:
            return "refused", _("Refused by the check")
        if row.voided_at:
            return "voided", _("Voided")
        if row.is_flagged:
            return "flagged", _("To be looked at")
        return ("decided", _("Accepted")) if row.decided_at else ""

    def words_of(self, row: PunchState) -> str:
        return f"{row.employee.name} · {self.what(row)} · {local_time(row)}"

    # --- the page of one punch -----------------------------------------------------------------
    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        state: PunchState = kwargs["obj"]
        look_record(
            by=request.actor,  # type: ignore[attr-defined]
            employee=state.employee,
            kind=LookKind.EVIDENCE,
            target=state.punch,
            about_on=state.attendance_date,
        )
        context |= punch_page(state, by=request.actor)  # type: ignore[attr-defined]
        day = (
            state.attendance_date
            and state.employee.attendance_days.filter(
                date=state.attendance_date, slot=state.slot
            ).first()
        )
        days = self.admin_site.get_model_admin(state.employee.attendance_days.model)
        context["day_url"] = days.row_url(day) if day else ""
        return super().render_change_form(request, context, **kwargs)

    def history_of(self, row: PunchState) -> Any:
        return super().history_of(row.punch)

    def offers(self, request: HttpRequest, action: str, row: PunchState) -> bool:
        if not permissions.can_decide_punch(request.actor, row.punch):  # type: ignore[attr-defined]
            return False
        is_open = row.is_flagged or row.is_refused
        return is_open if action == "accept" else row.voided_at is None

    @action(description=gettext_lazy("Accept"), url_path="accept", icon="check")
    @on_row
    def accept(self, request: HttpRequest, state: Any) -> HttpResponse:
        """Ask why, then accept: a person looked and the punch counts."""
        return self._decide(
            request, state, decisions.punch_accept, title=_("Accept this punch"),
            submit=_("Accept"), done=_("The punch is accepted."),
            sentence=_("You looked at it and it counts. The day is judged again."),
        )  # fmt: skip

    @action(description=gettext_lazy("Void"), url_path="void", icon="block")
    @on_row
    def void(self, request: HttpRequest, state: Any) -> HttpResponse:
        """Ask why, then void: the punch stays recorded and counts for nothing."""
        return self._decide(
            request, state, decisions.punch_void, title=_("Void this punch"),
            submit=_("Void"), done=_("The punch is voided."), is_danger=True,
            sentence=_("It stays recorded but counts for nothing. The day is judged again."),
        )  # fmt: skip

    def _decide(
        self, request: HttpRequest, state: PunchState, decide: Callable[..., None], *, done: str,
        **words: Any,
    ) -> HttpResponse:  # fmt: skip
        def act(cleaned: dict[str, Any]) -> str:
            decide(punch=state.punch, reason=cleaned["reason"], by=request.actor)  # type: ignore[attr-defined]
            return done

        return self.ask(
            request, form=ReasonForm, act=act, done_url=self.row_url(state), row=state, **words
        )


def punch_page(state: PunchState, *, by: Actor) -> dict[str, Any]:
    """Return what the page of one punch shows: facts, picture, and what was said of it since."""
    punch: Punch = state.punch
    frames = list(punch.frames.select_related("punch"))
    entries = PunchEntry.objects.filter(employee=state.employee_id, tap_id=punch.tap_id)
    return {
        "state": state,
        "when": local_time(state),
        "face_sentence": wording.face(state),
        "turn_sentence": wording.turn(state),
        "frames": [
            (frame, wording.frame_kind(frame), permissions.can_view_frame(by, frame))
            for frame in frames
        ],
        "reference": _reference(state, by),
        "entries": [entry_line(entry, punch.zone) for entry in entries],
        "is_own": permissions.is_own_punch(by, punch),
    }


def _reference(state: PunchState, by: Actor) -> FaceEnrolment | None:
    found = references_of([state.employee_id]).get(state.employee_id)
    return found if found is not None and permissions.can_view_reference(by, found) else None


def entry_line(entry: PunchEntry, zone: str) -> dict[str, str]:
    """Return one entry in words, in the punch's zone."""
    local = entry.occurred_at.astimezone(ZoneInfo(zone))
    said = entry.get_kind_display()
    if "face" in entry.values:
        said = str(FaceState(entry.values["face"]).label)
    reasons = (entry.values.get(name, "") for name in ("reason", "liveness_reason"))
    why = [str(words) for words in map(wording.reason, reasons) if words]
    return {
        "when": f"{date_format(local, 'D j M Y')}, {local:%H:%M}",
        "what": said,
        "by": entry.by_name,
        "why": entry.reason or " · ".join(why),
    }
