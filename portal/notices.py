"""Which kinds of mail there are, composed of what the apps bring (`companies.notices`)."""

from __future__ import annotations

from functools import cache

from django.utils.module_loading import import_string

from companies.notices import Notice

# By name: an app that brings other kinds is added here, and nowhere else.
SOURCES = ("attendance.notices.NOTICES", "leave.notices.NOTICES", "companies.notices.NOTICES")


@cache
def notices() -> tuple[Notice, ...]:
    """Return all kinds, in the order of the list above."""
    return tuple(notice for name in SOURCES for notice in import_string(name))
