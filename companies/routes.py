"""Views that are imported when their address is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = Callable[..., HttpResponseBase]


def on_demand(name: str) -> View:
    """Return the view of that name, as `leave.ask_views.ask`; its first use imports its module.

    Every page's navigation names addresses, and nobody who checks in needs what stands behind most
    of them. What says that a view asks for no sign-in belongs on what is returned.
    """
    module, _dot, function = name.rpartition(".")

    def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found: View = getattr(import_module(module), function)
        return found(request, *args, **kwargs)

    view.__name__ = view.__qualname__ = function
    return view
