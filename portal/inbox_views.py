"""The inbox: what waits for a decision, one line each; decided on the line, or many at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Page
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from attendance.views import typed
from companies.actor import Actor
from companies.errors import MusterError, ReasonMissing
from companies.inbox import Answer
from portal import inbox as listed
from portal.inbox import Item, Outcome

LONGEST_REASON = 300
LONGEST_PAGE = 6


def _decider(request: HttpRequest) -> Actor:
    """Return who asks; for who decides nothing for others there is no inbox."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not listed.may_open(actor):
        raise Http404
    return actor


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Show what waits; the page's script takes the list from here too."""
    actor, now = _decider(request), timezone.now()
    page = listed.page_of(actor, request.GET.get("p"), now=now)
    number = page.paginator.count
    context = {
        "entries": listed.entries(actor, page, now=now),
        "decided": listed.decided(actor, now=now),
        "count_text": ngettext("%(n)d waits", "%(n)d wait", number) % {"n": number},
        "inbox_count": number,
        **_pages(page),
    }
    return render(request, "portal/inbox.html", context)


def _pages(page: Page[Any]) -> dict[str, Any]:
    address = reverse("portal:inbox")
    return {
        "page_number": page.number,
        "pages_text": _("Page %(page)d of %(pages)d")
        % {"page": page.number, "pages": page.paginator.num_pages},
        "has_pages": page.paginator.num_pages > 1,
        "before_url": f"{address}?p={page.number - 1}" if page.has_previous() else None,
        "after_url": f"{address}?p={page.number + 1}" if page.has_next() else None,
    }


def _items(request: HttpRequest, actor: Actor) -> list[Item]:
    """Return what the form names; one thing that the actor may not decide, and there is nothing."""
    items = [listed.find(actor, name) for name in dict.fromkeys(request.POST.getlist("item"))]
    found = [item for item in items if item is not None]
    if len(found) < len(items):
        raise Http404
    return found[: listed.LINES_A_PAGE]


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Decide one line, or all that are ticked; the same answer sent again changes nothing."""
    actor = _decider(request)
    items = _items(request, actor)
    reason = typed(request, "reason").strip()[:LONGEST_REASON]
    text = request.POST.get("answer")
    if not items:
        messages.error(request, _("Tick what you want to decide first."))
    elif text not in list(Answer):
        messages.error(request, _("Please choose one of the answers."))
    elif text == Answer.REFUSE and not reason:
        messages.error(request, str(ReasonMissing()))
    elif text == Answer.ASK and not reason:
        messages.error(request, _("Write your question first."))
    else:
        _tell(request, Answer(text), listed.decide(items, Answer(text), reason=reason, by=actor))
    return _back(request)


def _tell(request: HttpRequest, answer: Answer, outcomes: list[Outcome]) -> None:
    """Say in one sentence what was done, and of the rest why not."""
    done = [outcome.name for outcome in outcomes if outcome.error is None]
    if done:
        sentence = _done(answer, len(done))
        messages.success(request, sentence % {"n": len(done), "names": _names(done)})
    for outcome in outcomes:
        if outcome.error is not None:
            messages.error(request, f"{outcome.name}: {outcome.error}")


def _done(answer: Answer, number: int) -> str:
    if answer == Answer.APPROVE:
        return ngettext("Approved: %(names)s.", "%(n)d approved: %(names)s.", number)
    if answer == Answer.REFUSE:
        return ngettext("Refused: %(names)s.", "%(n)d refused: %(names)s.", number)
    return ngettext("Asked: %(names)s.", "%(n)d asked: %(names)s.", number)


def _names(names: list[str]) -> str:
    """Return the names, each with how often it stands there: "Maya (2), Bikram"."""
    counted = {name: names.count(name) for name in names}
    return ", ".join(f"{name} ({n})" if n > 1 else name for name, n in counted.items())


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Take one's own decision of the last minutes back; it waits again."""
    actor = _decider(request)
    items = _items(request, actor)
    for item in items:
        try:
            item.source.take_back(item.found, by=actor)
        except MusterError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Taken back: %(name)s waits again.") % {"name": item.name})
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    page = request.POST.get("p", "")
    is_number = page.isascii() and page.isdigit() and len(page) < LONGEST_PAGE
    query = f"?p={int(page)}" if is_number and page != "1" else ""
    return redirect(f"{reverse('portal:inbox')}{query}")
