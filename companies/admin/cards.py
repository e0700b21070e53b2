"""Printing invitations: whom, and the sheet that leaves the printer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies import permissions, selectors, services
from companies.admin_base import BaseAdmin
from companies.enums import InvitationChannel, InvitationState
from companies.models import Employee, Invitation
from integrations import qr


class CardsForm(forms.Form):
    """Whose cards to print."""

    people = forms.MultipleChoiceField(
        label=gettext_lazy("Who cannot sign in yet"), widget=forms.CheckboxSelectMultiple
    )


def print_page(model_admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Ask whose cards to print; then show the sheets."""
    actor = request.actor  # type: ignore[attr-defined]
    if not permissions.can_manage_records(actor):
        raise PermissionDenied
    people = {
        str(row.public_id): row
        for row in selectors.without_sign_in(actor.company, today=timezone.localdate())
        .select_related("company")
        .annotate(is_invited=Exists(Invitation.objects.filter(employee=OuterRef("pk"))))
    }
    form = CardsForm(request.POST if request.method == "POST" else None)
    field = form.fields["people"]
    assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101  # as it is declared
    field.choices = [(key, _choice(row)) for key, row in people.items()]
    field.initial = [key for key, row in people.items() if not row.is_invited]
    if request.method == "POST" and form.is_valid():
        return sheet(model_admin, request, [people[key] for key in form.cleaned_data["people"]])
    page = {"title": _("Print invitations"), "form": form, "has_people": bool(people)}
    return _page(model_admin, request, page, row=None)


def _choice(row: Any) -> str:
    said = f" · {_('invited before')}" if row.is_invited else ""
    return f"{row.name} ({row.code}){said}"


def person_page(model_admin: BaseAdmin, request: HttpRequest, row: Employee) -> HttpResponse:
    """Ask whether to print the person's card; then show it."""
    if not permissions.can_send_sign_in_link(request.actor, row):  # type: ignore[attr-defined]
        raise PermissionDenied
    if request.method == "POST":
        return sheet(model_admin, request, [row])
    page = {"title": _("Print invitation"), "has_people": True, "person": row}
    return _page(model_admin, request, page, row=row)


def _page(
    model_admin: BaseAdmin, request: HttpRequest, page: dict[str, Any], *, row: Employee | None
) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "trail": model_admin._trail(row),
        "back_url": model_admin.address("changelist") if row is None else model_admin.row_url(row),
        "object": row,
        "opts": model_admin.opts,
        **page,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "companies/admin/print_cards.html", context)


def sheet(model_admin: BaseAdmin, request: HttpRequest, people: Iterable[Employee]) -> HttpResponse:
    """Make the cards and show them, this once: nobody can look at a card's link again."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    cards = []
    for person in people:
        token = services.invitation_print(employee=person, by=actor)
        link = f"{settings.PUBLIC_URL}{reverse('portal:welcome', args=[token])}"
        drawn = mark_safe(qr.svg(link))  # noqa: S308  # a path of numbers, made here
        cards.append(
            {"person": person, "token": token, "door": link[: -len(token) - 1], "qr": drawn}
        )
    context = {
        "cards": cards,
        "company": actor.company,
        "until": now + services.CARD_GOOD_FOR,
        "back_url": model_admin.address("changelist"),
    }
    response = TemplateResponse(request, "companies/admin/cards.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def standing_words(row: Employee) -> str:
    """Return in a sentence how the person signs in, or why they cannot yet."""
    if row.user is not None:
        return _signs_in(row)
    last = selectors.last_invitation(row)
    if last is None:
        return _("Cannot sign in yet: send a link, or print an invitation.")
    said = {
        (InvitationState.OPEN, InvitationChannel.PRINT): _(
            "An invitation is printed and not used yet; it is good until %(until)s."
        ),
        (InvitationState.OPEN, InvitationChannel.MAIL): _(
            "Invited by mail, since the address is at home in another company too; not answered "
            "yet, good until %(until)s."
        ),
    }
    if last.outcome == InvitationState.REFUSED:
        sentence = _("Answered the invitation with “Not me” on %(ended)s. Check the address.")
    else:
        sentence = said.get(
            (last.state(timezone.now()), InvitationChannel(last.channel)),
            _("The last invitation ran out. Send or print another one."),
        )
    dates = {"until": last.expires_at, "ended": last.ended_at}
    return sentence % {name: f"{date:%-d %b %Y}" if date else "" for name, date in dates.items()}


def _signs_in(row: Employee) -> str:
    user = row.user
    assert user is not None  # noqa: S101  # asked before
    ways = []
    if user.has_usable_password():
        ways.append(_("a password"))
    if selectors.has_pin(row):
        ways.append(_("a PIN"))
    if not ways:
        return _("Was sent a link to %(email)s, and has not chosen a password yet.") % {
            "email": user.email or _("nowhere")
        }
    how = _("Signs in with %(ways)s.") % {"ways": _(" or ").join(ways)}
    if user.email:
        return how
    return f"{how} {_('Has no e-mail in Muster: no mail reaches them.')}"
