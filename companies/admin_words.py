"""Audit events in words: what was done, and which field said what before and after."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.admin_fields import weekday_hours_words, weekly_off_words
from companies.models import AuditEvent
from companies.validators import WEEKDAYS

_DONE = {
    "added": gettext_lazy("added"),
    "changed": gettext_lazy("changed"),
    "deleted": gettext_lazy("deleted"),
    "created": gettext_lazy("created"),
    "entered": gettext_lazy("entered"),
    "accepted": gettext_lazy("accepted"),
    "voided": gettext_lazy("voided"),
    "locked": gettext_lazy("locked"),
    "reopened": gettext_lazy("reopened"),
    "purged": gettext_lazy("purged"),
}

_WHOLE = {
    "sign_in_link_sent": gettext_lazy("Sign-in link sent"),
    "password_set": gettext_lazy("Password set"),
    "day_marked": gettext_lazy("Day covered"),
    "holiday_picked": gettext_lazy("Optional holiday picked"),
    "holiday_unpicked": gettext_lazy("Optional holiday given back"),
    "day_mark_withdrawn": gettext_lazy("Cover of a day withdrawn"),
    "day_set_by_hand": gettext_lazy("Day set by hand"),
    "day_skipped": gettext_lazy("Day skipped"),
    "day_released": gettext_lazy("Day left to the rules again"),
    "days_recomputed": gettext_lazy("Days judged anew"),
    "face_enrolment_started": gettext_lazy("Reference pictures begun"),
    "face_enrolled": gettext_lazy("Reference pictures taken"),
    "face_enrolment_ended": gettext_lazy("Reference pictures deleted"),
    "own_data_exported": gettext_lazy("Own data downloaded"),
    "pictures_purged": gettext_lazy("Pictures deleted on their date"),
    "correction_requested": gettext_lazy("Correction asked for"),
    "correction_approved": gettext_lazy("Correction approved"),
    "correction_refused": gettext_lazy("Correction refused"),
    "correction_withdrawn": gettext_lazy("Correction taken back"),
    "role_granted": gettext_lazy("Role given"),
    "operator_granted": gettext_lazy("Operator named"),
    "roster_added": gettext_lazy("Put on a shift"),
    "roster_changed": gettext_lazy("Shift assignment changed"),
    "roster_removed": gettext_lazy("Taken off a shift"),
    "face_consent_given": gettext_lazy("Agreed to the face check"),
    "face_consent_refused": gettext_lazy("Refused the face check"),
}


def model_words(subject_type: str) -> str:
    """Return the name of a kind of record, as `app.model` knows it."""
    try:
        name = apps.get_model(subject_type)._meta.verbose_name
    except (LookupError, ValueError):
        return subject_type
    return str(capfirst(str(name)))


def verb_words(event: AuditEvent) -> str:
    """Return what was done: "Employee changed"; a verb without words stands as it is."""
    if event.verb in _WHOLE:
        return str(_WHOLE[event.verb])
    done = _DONE.get(event.verb.rpartition("_")[2])
    if done is None:
        return capfirst(event.verb.replace("_", " "))
    return _("%(record)s %(done)s") % {"record": model_words(event.subject_type), "done": done}


def change_words(event: AuditEvent) -> list[tuple[str, str, str]]:
    """Return (field, before, after) as a reader knows them."""
    try:
        model: type[models.Model] | None = apps.get_model(event.subject_type)
    except (LookupError, ValueError):
        model = None
    lines = []
    for name, change in event.changes.items():
        field = _field(model, name)
        label = capfirst(str(getattr(field, "verbose_name", name.replace("_", " "))))
        is_pair = isinstance(change, list) and len(change) == 2
        before, after = change if is_pair else (None, change)
        lines.append((label, value_words(field, before), value_words(field, after)))
    return lines


def _field(model: type[models.Model] | None, name: str) -> Any:
    if model is None:
        return None
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def value_words(field: Any, value: Any) -> str:
    """Return one value as a reader knows it; nothing is an empty text."""
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    choices = dict(getattr(field, "flatchoices", None) or [])
    if isinstance(value, str) and value in choices:
        return str(choices[value])
    if isinstance(value, dict):
        if not set(value) <= set(WEEKDAYS):
            return _pairs(value)
        is_hours = all(isinstance(item, dict) for item in value.values())
        return weekday_hours_words(value) if is_hours else weekly_off_words(value)
    if isinstance(value, list):
        return ", ".join(_pairs(item) if isinstance(item, dict) else str(item) for item in value)
    return str(value)


def _pairs(value: dict[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {item}" for key, item in value.items())
