"""What the form of a request shows, and the count beside it while one types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.rules.errors import InvalidInput
from companies.models import Employee
from integrations import documents
from leave import count_words, wording
from leave.ask_form import LONGEST_NOTE, PARTS, AskForm
from leave.enums import Taken, Unit
from leave.errors import DatesReversed, RequestRefused, TypeNotOffered
from leave.models import LeaveRequest
from leave.phrases import amount_text
from leave.rules.ahead import Ahead
from leave.rules.asking import Refusal
from leave.selectors.asking import Left, Offer, left_after, off_beside
from leave.selectors.books import factor_of
from leave.selectors.requests import Off
from leave.selectors.scenes import Look, Released, look_at

# What stands for a file that is chosen, and not sent yet.
_CHOSEN = "chosen"
# Shorter than the words of `Taken`: two selects stand side by side on a phone.
_PART_WORDS: dict[str, str | Promise] = {
    Taken.FULL: gettext_lazy("Whole day"),
    Taken.AM: gettext_lazy("First half"),
    Taken.PM: gettext_lazy("Second half"),
}


@dataclass(frozen=True)
class Asking:
    """Whose request is being written, when, what it takes the place of, and what it may be."""

    employee: Employee
    now: dt.datetime
    today: dt.date
    offers: Sequence[Offer]
    is_own: bool
    changes: LeaveRequest | None = None
    is_waiting: bool = False
    has_file: bool = False


def part_words(parts: Sequence[Taken]) -> list[tuple[str, str]]:
    """Return the parts of a day with their short words, for a menu."""
    return [(part.value, str(_PART_WORDS[part])) for part in parts]


# --- the count ------------------------------------------------------------------------------------
def count_context(
    asking: Asking, form: AskForm, released: Released, over: LeaveRequest | None
) -> dict[str, Any]:
    """Return what is counted and what stands against it; at most seventeen statements."""
    if not form.is_valid():
        return {"is_empty": True, "problems": _problems(form)}
    has_file = _has_file(asking, form)
    asked = form.asked(attachment_key=_CHOSEN if has_file else "")
    try:
        look = look_at(asking.employee, asked, now=asking.now, released=released)
    except InvalidInput:
        return {"is_empty": True, "problems": [str(DatesReversed())]}
    except LookupError:
        return {"is_empty": True, "problems": [str(TypeNotOffered(name=asked.leave_type.name))]}
    others = off_beside(asking.employee, asked.dates, on=asking.today)
    return _counted(asking, look, others, over)


def _has_file(asking: Asking, form: AskForm) -> bool:
    """Return whether a file would come with it: a chosen one, or that of what is changed."""
    found = form.cleaned_data
    if found["has_file"] or found["attachment"] is not None:
        return True
    return asking.has_file and not found["drop_file"]


def _problems(form: AskForm) -> list[str]:
    """Return what is wrong with what was typed; what is still empty is no mistake."""
    return [
        str(error)
        for name, errors in form.errors.as_data().items()
        for error in errors[0].messages
        if name not in ("type", "first_on") or form.data.get(name)
    ]


def _counted(
    asking: Asking, look: Look, others: list[Off], over: LeaveRequest | None
) -> dict[str, Any]:
    answer, in_hours = look.answer, look.rules.is_in_hours
    left = left_after(look) if answer.refusal is None else None
    context: dict[str, Any] = {
        "others": count_words.others_text(others, asking.today),
        "tone": "good" if answer.refusal is None else "bad",
        **_refusal(asking, look, over),
    }
    if answer.count is None:
        return context

    def name_of(date: dt.date) -> str:
        return look.calendar.day_kind_on(date).name

    words: dict[str, Any] = {"is_in_hours": in_hours, "today": asking.today}
    return context | {
        "text": count_words.counted_text(answer.count, **words),
        "uncounted": count_words.uncounted_text(answer.count, name_of),
        "left": count_words.left_text(left, **words),
        "days": count_words.day_lines(answer.count.days, **words, name_of=name_of),
        "facts": _facts(look, left),
    }


def _refusal(asking: Asking, look: Look, over: LeaveRequest | None) -> dict[str, Any]:
    """Return the sentence of the rule that says no, and what can be done about it."""
    answer = look.answer
    if answer.refusal is None:
        return {"over": _offer(look, over)} if over is not None else {}
    refused = RequestRefused(rule=answer.refusal.value, **answer.values)
    found: dict[str, Any] = {"refusal": str(refused)}
    if answer.refusal == Refusal.ATTACHMENT:
        found["tone"] = "warn"
    key = answer.values.get("request")
    if answer.refusal == Refusal.OVERLAP and key:
        found["other_url"] = reverse("leave:request", args=[key])
        other = _other(asking, key, over)
        if answer.values.get("offer") == "convert" and other is not None:
            found["over"] = _offer(look, other, is_taken=False)
        elif "offer" in answer.values:
            plain = {name: value for name, value in answer.values.items() if name != "offer"}
            found["refusal"] = str(RequestRefused(rule=answer.refusal.value, **plain))
    return found


def _other(asking: Asking, key: str, over: LeaveRequest | None) -> LeaveRequest | None:
    """Return approved leave of the person that days may be taken out of; one at a time."""
    if over is not None or asking.changes is not None:
        return None
    rows = LeaveRequest.objects.filter(employee=asking.employee, public_id=key)
    found: LeaveRequest | None = rows.filter(status__state="approved").first()
    return found


def _offer(look: Look, over: LeaveRequest, *, is_taken: bool = True) -> dict[str, Any]:
    return {
        "id": str(over.public_id),
        "is_taken": is_taken,
        "label": _("Turn these days into %(type)s; they are given back to the other leave.")
        % {"type": look.asked.leave_type.name},
    }


def _facts(look: Look, left: Left | None) -> list[dict[str, str]]:
    """Return the sum behind the answer: what there is, what waits, what is asked for."""
    books, rules = look.scene.books, look.rules
    if look.answer.drawn is None or not isinstance(books, Ahead):
        return []
    factor = factor_of(rules, look.settings)

    def said(label: str, amount: Any) -> dict[str, str]:
        words = amount_text(amount / factor, is_in_hours=rules.is_in_hours)
        return {"label": label, "value": words}

    last = look.asked.last_on
    waits = sum((draw.amount for draw in look.scene.reserved), start=factor * 0)
    lines = [said(_("Balance on the last day"), books.on(last).balance_on(last))]
    if waits:
        lines.append(said(_("Waits for a decision"), -waits))
    if look.answer.count is not None:
        lines.append(said(_("This request"), -look.answer.count.total * factor))
    if left is not None and left.amount is not None:
        lines.append(said(_("Left after it"), left.amount * factor))
    return lines


# --- the form -------------------------------------------------------------------------------------
def form_context(
    asking: Asking,
    mistakes: Mapping[str, Sequence[Any]],
    shown: Mapping[str, Any],
    errors: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the page around the count; `shown` is what the fields hold, `mistakes` by field."""
    units = {offer.rules.row.unit for offer in asking.offers}
    changes = asking.changes
    return {
        "person": None if asking.is_own else asking.employee,
        "changes": changes,
        "action": (
            reverse("leave:request-change", args=[changes.public_id])
            if changes
            else reverse("leave:ask")
        ),
        "back_url": reverse("leave:request", args=[changes.public_id]) if changes else None,
        "count_url": reverse("leave:ask-count"),
        **_shown_offers(asking.offers, str(shown.get("type", ""))),
        "shown": shown,
        "parts": part_words(PARTS),
        "has_halves": bool(units - {Unit.DAY}),
        "has_hours": Unit.HOUR in units,
        "has_file": asking.has_file,
        "accept": documents.ACCEPTED,
        "most_megabytes": documents.MOST_BYTES // 1024**2,
        "most_bytes": documents.MOST_BYTES,
        "longest": LONGEST_NOTE,
        "field_errors": {name: [str(e) for e in found] for name, found in mistakes.items()},
        "errors": list(errors),
    }


def _shown_offers(offers: Sequence[Offer], chosen: str) -> dict[str, Any]:
    """Return the kinds of leave; of which there is nothing now stand apart, if there are others."""
    found = [_shown_offer(offer, chosen) for offer in offers]
    apart = [
        made
        for offer, made in zip(offers, found, strict=True)
        if offer.available is not None and offer.available <= 0
    ]
    if len(apart) == len(found):
        apart = []
    return {
        "offers": [made for made in found if made not in apart],
        "apart": apart,
        "opens_apart": any(made["is_chosen"] for made in apart),
    }


def _shown_offer(offer: Offer, chosen: str) -> dict[str, Any]:
    row, leave_type = offer.rules.row, offer.leave_type
    has = ""
    if offer.available is not None:
        amount = amount_text(offer.available, is_in_hours=offer.rules.is_in_hours)
        has = _("%(amount)s available") % {"amount": amount}
    elif not offer.rules.rules.needs_allocation:
        has = _("needs no balance")
    return {
        "id": str(leave_type.public_id),
        "name": leave_type.name,
        "colour": leave_type.colour,
        "has": has,
        "unit": row.unit,
        "is_chosen": str(leave_type.public_id) == chosen,
        "file_above": (
            "" if row.attachment_after is None else wording.amount(row.attachment_after)
        ),
    }
