"""Form fields of the admin: rows by public id, and settings in words instead of JSON."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import dates
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminSelect2Widget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from companies.validators import WEEKDAYS, validate_breaks, validate_weekday_hours, zone_names

_EVERY = "all"
_AS_ABOVE, _OWN = "", "own"
_WEEKLY_CHOICES = (
    ("", gettext_lazy("works")),
    (_EVERY, gettext_lazy("off")),
    ("1,3", gettext_lazy("off: 1st and 3rd")),
    ("2,4", gettext_lazy("off: 2nd and 4th")),
    ("1,3,5", gettext_lazy("off: 1st, 3rd and 5th")),
)


class _ByPublicId(forms.Select):
    """Shows the chosen rows alone; the others come by search."""

    def optgroups(
        self, name: str, value: Any, attr: Any = None
    ) -> list[tuple[str | None, list[dict[str, Any]], int | None]]:
        """Return the selected rows alone; the others come by search."""
        options = []
        if not self.is_required and not self.allow_multiple_selected:
            options.append(self.create_option(name, "", "", False, 0))
        choices = cast(Any, self.choices)
        chosen = [item for item in value if item]
        try:
            rows = list(choices.queryset.filter(public_id__in=chosen)) if chosen else []
        except ValidationError:  # what was sent is no id at all
            rows = []
        for row in rows:
            label = choices.field.label_from_instance(row)
            options.append(self.create_option(name, str(row.public_id), label, True, 1))
        return [(None, options, 0)]


class RowSelect(_ByPublicId, AutocompleteSelect):
    """A search box over rows of the own company that knows them by public id."""


class RowsSelect(_ByPublicId, AutocompleteSelectMultiple):
    """The same for several rows; each goes by its own cross."""

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        # The one for all of them would stand among the items of the list.
        return {**super().build_attrs(base_attrs, extra_attrs), "data-allow-clear": "false"}


def zone_field(db_field: models.Field[Any, Any], **kwargs: Any) -> forms.Field:
    """Return a searchable choice of every time zone."""
    zones = [(name, name.replace("_", " ")) for name in sorted(zone_names())]
    empty = [] if not db_field.blank else [("", _("as the office"))]
    return forms.ChoiceField(
        choices=[*empty, *zones],
        required=not db_field.blank,
        label=capfirst(db_field.verbose_name),
        help_text=db_field.help_text,
        initial=db_field.get_default() if db_field.has_default() else "",
        widget=UnfoldAdminSelect2Widget,
    )


class _DaySelect(UnfoldAdminSelectWidget):
    """The usual choices, and whatever else stands already."""

    def optgroups(self, name: str, value: list[str], attr: Any = None) -> Any:
        usual = {choice for choice, _label in _WEEKLY_CHOICES}
        others = [(item, _day_words(_("off"), _ordinals(item))) for item in value
                  if item not in usual]  # fmt: skip
        self.choices = [*_WEEKLY_CHOICES, *others]
        return super().optgroups(name, value, attr)


class _WeeklyOffWidget(forms.MultiWidget):
    """Seven small selects, and before them, where it may be left to others, who decides."""

    template_name = "companies/admin/weekly_off.html"

    def __init__(self, *, is_nullable: bool) -> None:
        names = dict(zip(WEEKDAYS, dates.WEEKDAYS.values(), strict=True))
        parts: dict[str, forms.Widget | type[forms.Widget]] = {}
        if is_nullable:
            choices = [(_AS_ABOVE, _("as usual there")), (_OWN, _("own days off"))]
            parts["who"] = UnfoldAdminSelectWidget(
                {"aria-label": gettext_lazy("Who decides")}, choices
            )
        for key, name in names.items():
            parts[key] = _DaySelect({"aria-label": name}, _WEEKLY_CHOICES)
        self.is_nullable = is_nullable
        super().__init__(parts)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        parts = context["widget"]["subwidgets"]
        context["who"] = parts[0] if self.is_nullable else None
        days = parts[1:] if self.is_nullable else parts
        context["days"] = list(zip(dates.WEEKDAYS.values(), days, strict=True))
        return context

    def decompress(self, value: Any) -> list[str]:
        # An address may bring any text as the first value of a field.
        days = [_to_text(value.get(key) if isinstance(value, dict) else "") for key in WEEKDAYS]
        if not self.is_nullable:
            return days
        return [_AS_ABOVE if value is None else _OWN, *days]


def _to_text(value: Any) -> str:
    return ",".join(str(item) for item in value) if isinstance(value, list) else value or ""


class WeeklyOffField(forms.MultiValueField):
    """`{"sat": "all", "fri": [2, 4]}` as one choice a weekday; none where others decide."""

    def __init__(self, *, is_nullable: bool, **kwargs: Any) -> None:
        days = [forms.CharField(required=False) for _key in WEEKDAYS]
        who = [forms.CharField(required=False)] if is_nullable else []
        self.is_nullable = is_nullable
        super().__init__(
            [*who, *days],
            require_all_fields=False,
            required=False,
            widget=_WeeklyOffWidget(is_nullable=is_nullable),
            **kwargs,
        )

    def compress(self, data_list: list[str]) -> dict[str, Any] | None:
        values = list(data_list or [])
        if self.is_nullable:
            who = values.pop(0) if values else _AS_ABOVE
            if who != _OWN:
                return None
        return {
            key: _EVERY if text == _EVERY else _ordinals(text)
            for key, text in zip(WEEKDAYS, values, strict=False)
            if text
        }

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.compress(list(data or [])) != initial)


def _ordinals(text: str) -> list[int]:
    try:
        return [int(item) for item in text.split(",")]
    except ValueError:
        raise ValidationError(
            gettext_lazy("Choose which of these days are off."), code="bad_weekly_off"
        ) from None


class _WeekdayHoursWidget(forms.MultiWidget):
    """Seven small boxes of text, one a weekday."""

    template_name = "companies/admin/weekly_off.html"

    def __init__(self) -> None:
        names = dates.WEEKDAYS.values()
        super().__init__(
            {
                key: UnfoldAdminTextInputWidget({"aria-label": name})
                for key, name in zip(WEEKDAYS, names, strict=True)
            }
        )

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        parts = context["widget"]["subwidgets"]
        context["days"] = list(zip(dates.WEEKDAYS.values(), parts, strict=True))
        return context

    def decompress(self, value: Any) -> list[str]:
        # An address may bring any text as the first value of a field.
        days = value if isinstance(value, dict) else {}
        return [_hours_text(days.get(key)) for key in WEEKDAYS]


def _hours_text(hours: Any) -> str:
    if not isinstance(hours, dict):
        return ""
    return _breaks_text([hours, *hours["breaks"]])


class WeekdayHoursField(forms.MultiValueField):
    """`{"fri": {"start": …, "end": …, "breaks": […]}}` as "09:00-14:00, 11:00-11:15" by weekday."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            [forms.CharField(required=False) for _key in WEEKDAYS],
            require_all_fields=False,
            required=False,
            widget=_WeekdayHoursWidget(),
            **kwargs,
        )

    def compress(self, data_list: list[str]) -> dict[str, Any]:
        found = {}
        for key, text in zip(WEEKDAYS, data_list or [], strict=False):
            spans = _spans(text)
            if spans:
                found[key] = {**spans[0], "breaks": spans[1:]}
        try:
            validate_weekday_hours(found)
        except ValidationError:
            raise ValidationError(
                gettext_lazy("Write the hours like 09:00-14:00, then breaks: 09:00-14:00, "
                             "11:00-11:15."), code="bad_weekday_hours",
            ) from None  # fmt: skip
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.compress(list(data or [])) != (initial or {}))
        except ValidationError:
            return True


def weekday_hours_words(value: dict[str, Any]) -> str:
    """Return the hours that differ as a reader says them: "Fri 09:00-14:00"."""
    names = dict(zip(WEEKDAYS, dates.WEEKDAYS_ABBR.values(), strict=True))
    return ", ".join(
        f"{names[key]} {value[key]['start']}–{value[key]['end']}"
        for key in WEEKDAYS
        if key in value
    )


def _spans(text: str | None) -> list[dict[str, str]]:
    """Read "13:00-13:30, 16:00-16:15"; what is wrong with it is for a validator to say."""
    parts = [part.strip() for part in (text or "").replace("–", "-").split(",")]
    found = []
    for part in filter(None, parts):
        start, _dash, end = part.partition("-")
        found.append({"start": start.strip(), "end": end.strip()})
    return found


def _breaks_text(spans: list[dict[str, Any]]) -> str:
    return ", ".join(f"{item['start']}-{item['end']}" for item in spans)


class BreaksField(forms.CharField):
    """`[{"start": "13:00", "end": "13:30"}]` as "13:00-13:30, 16:00-16:15"."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return _breaks_text(value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        found = _spans(value)
        try:
            validate_breaks(found)
        except ValidationError:
            raise ValidationError(
                gettext_lazy("Write breaks like 13:00-13:30, 16:00-16:15."), code="bad_breaks"
            ) from None
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or []))
        except ValidationError:
            return True


def weekly_off_words(value: dict[str, Any] | None) -> str:
    """Return days off as a reader says them: "Sat (2nd, 4th), Sun"."""
    if value is None:
        return ""
    if not value:
        return _("no day off")
    names = dict(zip(WEEKDAYS, dates.WEEKDAYS_ABBR.values(), strict=True))
    return ", ".join(_day_words(str(names[key]), value[key]) for key in WEEKDAYS if key in value)


def _day_words(name: str, value: Any) -> str:
    if value == _EVERY:
        return name
    ordinals = {1: _("1st"), 2: _("2nd"), 3: _("3rd"), 4: _("4th"), 5: _("5th")}
    return f"{name} ({', '.join(ordinals.get(item, str(item)) for item in value)})"


def plain_field(db_field: models.Field[Any, Any]) -> forms.Field | None:
    """Return the form field in words for a settings column, or none where Django's will do."""
    if db_field.name == "zone":
        return zone_field(db_field)
    if db_field.name == "weekly_off":
        initial = db_field.get_default() if db_field.has_default() else None
        return WeeklyOffField(
            is_nullable=db_field.null, initial=initial, label=capfirst(db_field.verbose_name)
        )
    if db_field.name == "weekday_hours":
        return WeekdayHoursField(
            label=capfirst(db_field.verbose_name),
            help_text=_("Empty: as above. Else the hours, then the breaks: %(example)s.")
            % {"example": "09:00-14:00, 11:00-11:15"},
        )
    if db_field.name == "breaks":
        return BreaksField(
            label=capfirst(db_field.verbose_name),
            required=False,
            help_text=_("For example %(example)s.") % {"example": "13:00-13:30, 16:00-16:15"},
        )
    return None
