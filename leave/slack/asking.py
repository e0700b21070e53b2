"""Leave asked for in Slack's form: the same form, count and service as the page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from companies.errors import MusterError
from companies.slack import Ask, Said, page
from integrations.slack import blocks
from leave import ask_pages, phrases
from leave.ask_form import PARTS, AskForm
from leave.ask_pages import Asking, count_context
from leave.errors import NothingOffered
from leave.models import LeaveRequest
from leave.selectors import asking as selectors
from leave.selectors.scenes import NOTHING
from leave.services import requests

NAME = "leave"
_FIELDS = ("type", "first_on", "last_on", "first_part", "last_part", "note")


def _asking(ask: Ask) -> Asking:
    today = requests.today_of(ask.employee, ask.at)
    return Asking(
        employee=ask.employee, now=ask.at, today=today, is_own=True,
        offers=selectors.offers(ask.employee, on=today),
    )  # fmt: skip


def opens(ask: Ask) -> dict[str, Any]:
    """Return the empty form.

    Raises:
        NothingOffered
    """
    return _view(_asking(ask), {}, _("Choose what kind of leave, and the dates."))


def change(ask: Ask) -> dict[str, Any]:
    """Return the form as it is filled in, with what it counts by now."""
    asking, held = _asking(ask), blocks.values_of(dict(ask.view))
    return _view(asking, held, count_text(asking, held))


def count_text(asking: Asking, held: dict[str, str]) -> str:
    """Return what the request would count, or what stands against it, as the page says it."""
    count = count_context(asking, _form(asking, held), NOTHING, None)
    lines = [*count.get("problems", ()), count.get("refusal", ""), count.get("text", "")]
    if "refusal" not in count:
        lines += [count.get("uncounted", ""), count.get("left", ""), *count.get("others", ())]
    said = [blocks.escaped(str(line)) for line in lines if line]
    return "\n".join(said) or _("Choose what kind of leave, and the dates.")


def _form(asking: Asking, held: dict[str, str]) -> AskForm:
    return AskForm(held, offers=asking.offers, today=asking.today)


def _view(asking: Asking, held: dict[str, str], count: str) -> dict[str, Any]:
    if not asking.offers:
        raise NothingOffered
    kinds = blocks.options(
        [(str(offer.leave_type.public_id), _kind(offer)) for offer in asking.offers]
    )
    parts = blocks.options(ask_pages.part_words(PARTS))
    fields = [
        _menu("type", _("Kind of leave"), kinds, held.get("type")),
        _date("first_on", _("First day"), held.get("first_on"), is_optional=False),
        _date("last_on", _("Last day (empty: one day)"), held.get("last_on"), is_optional=True),
        _menu("first_part", _("Of the first day"), parts, held.get("first_part"), is_first=True),
        _menu("last_part", _("Of the last day"), parts, held.get("last_part"), is_first=True),
        {**blocks.section(count), "block_id": "count"},
        blocks.field(
            "note", _("Why (your manager reads it)"),
            {"type": "plain_text_input", "max_length": 500, "multiline": True}
            | ({"initial_value": held["note"]} if "note" in held else {}),
            is_optional=True, is_live=False,
        ),
        blocks.context(
            blocks.link(page(reverse("leave:ask")), _("With a file, or by the hour: on the page"))
        ),
    ]  # fmt: skip
    return blocks.modal(
        callback=NAME, title=_("Ask for leave"), submit=_("Ask"), close=_("Cancel"), blocks=fields
    )


def _kind(offer: selectors.Offer) -> str:
    if offer.available is None:
        return offer.leave_type.name
    left = phrases.amount_text(offer.available, is_in_hours=offer.rules.is_in_hours)
    return f"{offer.leave_type.name} ({left})"


def _menu(
    name: str, label: str, choices: list[dict[str, Any]], chosen: str | None,
    *, is_first: bool = False,
) -> dict[str, Any]:  # fmt: skip
    element: dict[str, Any] = {"type": "static_select", "options": choices}
    found = [item for item in choices if item["value"] == chosen] or choices[: int(is_first)]
    if found:
        element["initial_option"] = found[0]
    return blocks.field(name, label, element, is_optional=False, is_live=True)


def _date(name: str, label: str, chosen: str | None, *, is_optional: bool) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "datepicker"}
    if chosen:
        element["initial_date"] = chosen
    return blocks.field(name, label, element, is_optional=is_optional, is_live=True)


def send(ask: Ask) -> dict[str, str]:
    """Ask for it; what is wrong is returned beside the field that it is about."""
    asking, held = _asking(ask), blocks.values_of(dict(ask.view))
    form = _form(asking, held)
    if not form.is_valid():
        return {
            name if name in _FIELDS else "first_on": " ".join(map(str, errors))
            for name, errors in form.errors.items()
        }
    try:
        requests.request_submit(employee=ask.employee, asked=form.asked(), by=ask.actor, now=ask.at)
    except MusterError as error:
        return {"first_on": str(error)}
    return {}


def finish(ask: Ask) -> Said:
    """Tell the person that it is on its way."""
    held = blocks.values_of(dict(ask.view))
    rows = LeaveRequest.objects.filter(
        employee=ask.employee, leave_type__public_id=held["type"], first_on=held["first_on"]
    ).order_by("-pk")
    latest: LeaveRequest | None = rows.first()
    url = page(
        reverse("leave:request", args=[latest.public_id]) if latest else reverse("leave:ask")
    )
    words = _("Your leave is asked for. You hear how it is decided.")
    return Said(f"{words} {blocks.link(url, _('Open the request'))}")
