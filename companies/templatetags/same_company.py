"""Django's `{% csrf_token %}`, which here also says for which company the page was made.

A builtin of the template engine (settings), so that every form of every library carries it: a form
sent after its person has changed the company, in another tab, is refused (portal.middleware).
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

FIELD = "for_company"
register = template.Library()


class _Token(CsrfTokenNode):
    def render(self, context: Context) -> SafeString:
        token = SafeString(super().render(context))
        actor = getattr(getattr(context, "request", None), "actor", None)
        if not token or actor is None or actor.company is None:
            return token
        return token + format_html(
            '<input type="hidden" name="{}" value="{}">', FIELD, actor.company.public_id
        )


@register.tag("csrf_token")
def csrf_token(_parser: Any, _token: Any) -> _Token:
    """Return the hidden fields that every form carries."""
    return _Token()
