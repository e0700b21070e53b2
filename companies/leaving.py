"""What is still open when somebody leaves: listed by whatever app has some of it.

`settings.MUSTER_LEAVING` names, by their paths, the functions that list it: what stands above
companies brings its own. Each takes the person and their last day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from companies.models import Employee


@dataclass(frozen=True)
class Open:
    """One kind of thing that is open, how many there are, and the page that clears it up.

    Without a number it is one thing, which the title says whole.
    """

    title: str
    count: int | None = None
    url: str = ""


def what_is_open(employee: Employee, last_on: dt.date) -> list[Open]:
    """Return what is open of the person, as of their last day; what there is none of is left out.

    Some statements for each app, whatever the numbers.
    """
    found: list[Open] = []
    for path in settings.MUSTER_LEAVING:
        of_app: Callable[[Employee, dt.date], Iterable[Open]] = import_string(path)
        found += [each for each in of_app(employee, last_on) if each.count != 0]
    return found
