"""Who acts: a frozen value that services take as `by=` and audit stores flat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from companies.enums import ActorKind, Role

if TYPE_CHECKING:
    from companies.models import Company, Employee, User

# The session's key of the access by which an operator entered a company (`portal.support`).
ENTERED = "support"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """One person, key, device, job or platform operator, acting in a company or in none.

    `roles` are the roles granted today in `company`; `employee` is the person's engagement
    there, if they have one that is not over. `is_limited`: signed in by a PIN, so to their own
    pages only; they hold no roles then.
    """

    kind: ActorKind
    id: str = ""
    name: str = ""
    company: Company | None = None
    user: User | None = None
    employee: Employee | None = None
    roles: frozenset[Role] = frozenset()
    on_behalf_of: str = ""
    channel: str = "web"
    request_id: str = ""
    is_limited: bool = False

    def has(self, *roles: Role) -> bool:
        """Return whether one of the roles is granted."""
        return not self.roles.isdisjoint(roles)


def job_actor(name: str, company: Company | None = None) -> Actor:
    """Return the actor of a scheduled job or a command."""
    return Actor(kind=ActorKind.JOB, id=name, name=name, company=company, channel="job")
