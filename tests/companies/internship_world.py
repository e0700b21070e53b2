"""An internship in the small company: Maya is an intern, Bikram her mentor."""

from __future__ import annotations

import datetime as dt
from typing import Any

from companies.enums import EmploymentType
from companies.models import Internship
from companies.services import internship_add
from tests.attendance.world import World

FIRST, LAST = dt.date(2026, 3, 2), dt.date(2026, 3, 13)


def make_internship(world: World, **values: Any) -> Internship:
    """Make Maya an intern and add her internship; the company's scope is open."""
    if world.maya.employment_type != EmploymentType.INTERN:
        world.maya.employment_type = EmploymentType.INTERN
        world.maya.save(update_fields=["employment_type"])
    wanted: dict[str, Any] = {
        "employee": world.maya, "mentor": world.bikram, "starts_on": FIRST, "ends_on": LAST,
        "by": world.hr, **values,
    }  # fmt: skip
    return internship_add(**wanted)
