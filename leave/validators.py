"""What the JSON columns of leave may hold; refused with a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from attendance.rules.errors import InvalidInput
from companies.enums import EmploymentType


def validate_employment_types(value: Any) -> None:
    """Refuse what is no list of employment types.

    Raises:
        ValidationError
    """
    if not isinstance(value, list) or not set(map(str, value)) <= set(EmploymentType.values):
        raise ValidationError(
            _("Give a list of these: %(names)s."), params={"names": ", ".join(EmploymentType)}
        )


def validate_dates(value: Any) -> None:
    """Refuse what is no list of dates such as 2026-11-09, each once.

    Raises:
        ValidationError
    """
    try:
        dates = [dt.date.fromisoformat(text) for text in value]
    except (TypeError, ValueError):
        dates = []
    if not isinstance(value, list) or not dates or len(set(dates)) != len(value):
        raise ValidationError(_("Give a list of dates such as 2026-11-09, each once."))


def _refuse(check: Callable[[Any], object], value: Any, sentence: str) -> None:
    try:
        check(value)
    except InvalidInput as error:
        said = ", ".join(str(part) for part in (error.code, *error.values.values()))
        raise ValidationError(sentence, params={"why": said}) from None


def validate_milestones(value: Any) -> None:
    """Refuse milestones that the rules cannot take.

    Raises:
        ValidationError
    """
    from leave.rules.plan_form import milestones_of  # noqa: PLC0415  # lazy: no page needs the rules

    _refuse(milestones_of, value, _("These milestones do not fit: %(why)s."))


def validate_days(value: Any) -> None:
    """Refuse what is no list of days of the month.

    Raises:
        ValidationError
    """
    from leave.rules.plan_form import days_of  # noqa: PLC0415  # lazy: no page needs the rules

    _refuse(days_of, value, _("Give days of the month such as [1] or [1, 16]: %(why)s."))


def validate_carry(value: Any) -> None:
    """Refuse what says not how much of a rest moves on.

    Raises:
        ValidationError
    """
    from leave.rules.plan_form import carry_of  # noqa: PLC0415  # lazy: no page needs the rules

    _refuse(carry_of, value, _("This says not what is taken over: %(why)s."))
