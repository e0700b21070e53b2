"""Company scopes that fail closed.

A query on a company-owned model outside `company_scope()` is an error, never "all companies".
django-scopes brings the mechanism; three of its gaps are closed here: methods missing from its
list of blocked ones, a scope opened for nobody, and rows created for another company. What no
manager can see (foreign keys into another company, raw bulk writes) the triggers of
`companies.integrity` refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import models
from django_scopes import ScopedManager, get_scope, scope, scopes_disabled
from django_scopes.exceptions import ScopeError
from django_scopes.manager import DisabledQuerySet

if TYPE_CHECKING:
    from companies.models import Company

_ALSO_BLOCKED = (
    "aggregate", "aiterator", "alias", "bulk_create", "bulk_update", "contains", "defer",
    "difference", "distinct", "exclude", "exists", "explain", "extra", "in_bulk", "intersection",
    "prefetch_related", "resolve_expression", "select_related",
    "__and__", "__or__", "__xor__", "_fetch_all", "_raw_delete", "_update",
)  # fmt: skip
for _name in _ALSO_BLOCKED:
    setattr(DisabledQuerySet, _name, DisabledQuerySet.error)

__all__ = ["CompanyManager", "ScopeError", "company_scope", "no_scope"]


@contextmanager
def company_scope(company: Company) -> Iterator[None]:
    """Open the scope of one company for everything inside the block.

    Raises:
        ScopeError: for a company that is not saved.
    """
    if company is None or company.pk is None:
        raise ScopeError("A scope needs a saved company.")
    with scope(company=company):
        yield


@contextmanager
def no_scope(reason: str) -> Iterator[None]:
    """Look across companies for a stated reason; the tests keep the list of every use.

    Raises:
        ScopeError: without a reason.
    """
    if not reason:
        raise ScopeError("Leaving the scope needs a reason.")
    with scopes_disabled():
        yield


def open_company() -> Company | None:
    """Return the company whose scope is open here, if one is."""
    current = get_scope()
    found: Company | None = current.get("company") if current.get("_enabled", True) else None
    return found


def refuse_other_company(rows: Iterable[models.Model]) -> None:
    """Raise `ScopeError` when one of the rows belongs to another company than the open scope's."""
    current = get_scope()
    company = current.get("company")
    if not current.get("_enabled", True) or company is None:
        return
    for row in rows:
        if row.company_id not in (None, company.pk):  # type: ignore[attr-defined]
            raise ScopeError(
                f"{row._meta.label} of another company inside the scope of {company.pk}."
            )


class CompanyQuerySet(models.QuerySet[Any]):
    """A queryset that refuses what would reach past the open scope's company."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        refuse_other_company(rows)
        return super().bulk_create(rows, *args, **kwargs)

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        """Return a raw query, outside every scope only: no scope can limit what its SQL reads."""
        if get_scope().get("_enabled", True):
            raise ScopeError("Raw SQL sees every company: leave the scope with a reason first.")
        return super().raw(*args, **kwargs)


def CompanyManager() -> Any:  # noqa: N802  # reads as the class it stands for
    """Return a manager limited to the open company scope; without one, every query raises."""
    return ScopedManager(
        company="company", _manager_class=models.Manager.from_queryset(CompanyQuerySet)
    )
