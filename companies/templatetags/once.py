"""`{% once %}`: the hidden one-time token of a form (companies.once)."""

from __future__ import annotations

import uuid

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from companies.once import FIELD

register = template.Library()


@register.simple_tag
def once() -> SafeString:
    """Return the hidden field with a fresh token."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid.uuid4())
