"""Scopes fail closed: outside one, a query is an error and never "all companies"."""

from __future__ import annotations

import ast
import asyncio
import inspect
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.conf import settings
from django.db import models
from django_scopes.manager import DisabledQuerySet

from companies import integrity
from companies.models import (
    AuditEvent,
    Company,
    Department,
    Employee,
    Office,
    OutboxMessage,
    Placement,
    User,
)
from companies.scoping import ScopeError, company_scope, no_scope
from tests.attendance.world import START, World

# What a queryset outside a scope may still do: nothing that reads or changes existing rows.
STAYS_OPEN = {"acreate", "as_manager", "create", "none", "using"}

QUERIES: dict[str, Callable[[Any], Any]] = {
    "all": lambda m: list(m.objects.all()),
    "filter": lambda m: m.objects.filter(pk=1),
    "exclude": lambda m: m.objects.exclude(pk=1),
    "get": lambda m: m.objects.get(pk=1),
    "exists": lambda m: m.objects.exists(),
    "count": lambda m: m.objects.count(),
    "aggregate": lambda m: m.objects.aggregate(n=models.Count("pk")),
    "annotate": lambda m: m.objects.annotate(n=models.Count("pk")),
    "in_bulk": lambda m: m.objects.in_bulk([1]),
    "values": lambda m: m.objects.values("pk"),
    "values_list": lambda m: m.objects.values_list("pk"),
    "iterator": lambda m: m.objects.iterator(),
    "bulk_create": lambda m: m.objects.bulk_create([]),
    "bulk_update": lambda m: m.objects.bulk_update([], ["name"]),
    "get_or_create": lambda m: m.objects.get_or_create(name="x"),
    "update": lambda m: m.objects.update(name="x"),
    "delete": lambda m: m.objects.all().delete(),
    "select_related": lambda m: m.objects.select_related(),
    "first": lambda m: m.objects.first(),
    "raw": lambda m: m.objects.raw("SELECT * FROM companies_department"),
    "extra": lambda m: m.objects.extra(where=["true"]),
    "using": lambda m: list(m.objects.using("default")),
    "index": lambda m: m.objects.using("default")[0],
    "or": lambda m: m.objects.using("default") | m.objects.using("default"),
    "subquery": lambda m: User.objects.filter(pk__in=m.objects.using("default")),
    "acount": lambda m: async_to_sync(_count)(m.objects),
    "aiterator": lambda m: m.objects.aiterator(),
    "async for": lambda m: async_to_sync(_collect)(m.objects.using("default")),
    "update_or_create": lambda m: m.objects.update_or_create(name="x"),
    "earliest": lambda m: m.objects.earliest("pk"),
}


async def _count(rows: Any) -> int:
    return int(await rows.acount())


async def _collect(rows: Any) -> list[Any]:
    return [row async for row in rows]


@pytest.mark.parametrize("query", sorted(QUERIES))
def test_every_query_outside_a_scope_is_refused(query: str) -> None:
    with pytest.raises(ScopeError):
        QUERIES[query](Department)


def _is_refused(name: str) -> bool:
    """Return whether the method is blocked, or is the awaitable twin of a blocked one."""
    method = getattr(DisabledQuerySet, name)
    is_twin = name.startswith("a") and inspect.iscoroutinefunction(method)
    return method is DisabledQuerySet.error or (is_twin and _is_refused(name[1:]))


def test_no_method_of_a_queryset_is_forgotten() -> None:
    methods = {
        name
        for name in dir(models.QuerySet)
        if not name.startswith("_") and callable(getattr(models.QuerySet, name))
    }
    assert {name for name in methods if not _is_refused(name)} == STAYS_OPEN


def test_nothing_at_all_needs_no_scope(db: None) -> None:
    assert list(Department.objects.none()) == []


def test_every_table_with_a_company_is_scoped() -> None:
    tables = [*integrity.owned_models(), AuditEvent, OutboxMessage]
    with_company = {
        model for model in apps.get_models() if any(f.name == "company" for f in model._meta.fields)
    }
    assert set(tables) == with_company
    for model in tables:
        with pytest.raises(ScopeError):
            model.objects.count()
        with pytest.raises(ScopeError):
            model._default_manager.count()


def test_related_rows_outside_a_scope_are_refused(world: World) -> None:
    user = world.maya.user
    assert user is not None
    for rows in (world.maya.placements, world.office.versions, user.engagements, user.role_grants):
        with pytest.raises(ScopeError):
            rows.count()
        with pytest.raises(ScopeError):
            list(rows.all())
    with pytest.raises(ScopeError):
        list(User.objects.prefetch_related("engagements"))


def test_a_scope_shows_its_own_company_only(world: World, other: World) -> None:
    with company_scope(world.company):
        assert list(Office.objects.values_list("company__code", flat=True)) == ["kettle"]
        assert not Employee.objects.filter(pk=other.maya.pk).exists()
        with pytest.raises(Employee.DoesNotExist):
            Employee.objects.get(public_id=other.maya.public_id)
        for model in (*integrity.owned_models(), AuditEvent, OutboxMessage):
            assert not model.objects.exclude(company=world.company).exists()


def test_related_rows_are_the_scopes_own(world: World, other: World) -> None:
    """One person works for both companies; each sees its own engagement."""
    person = other.maya.user
    with company_scope(world.company):
        here = Employee.objects.create(
            company=world.company, user=person, code="guest", name="Guest", joined_on=START
        )
        assert list(person.engagements.all()) == [here]
        assert other.maya.placements.count() == 0
        (again,) = User.objects.filter(pk=person.pk).prefetch_related("engagements")
        assert list(again.engagements.all()) == [here]
    with company_scope(other.company):
        assert list(person.engagements.all()) == [other.maya]
        assert other.maya.placements.count() == 1


def test_raw_sql_is_refused_inside_a_scope_too(world: World) -> None:
    statement = "SELECT * FROM companies_office"
    with company_scope(world.company), pytest.raises(ScopeError, match="Raw SQL"):
        Office.objects.raw(statement)
    with no_scope("a test"):
        assert list(Office.objects.raw(statement)) == [world.office]


def test_a_row_of_another_company_is_not_written_inside_a_scope(world: World, other: World) -> None:
    strangers = Department(company=other.company, name="Strangers")
    with company_scope(world.company):
        with pytest.raises(ScopeError):
            Department.objects.create(company=other.company, name="Strangers")
        with pytest.raises(ScopeError):
            Department.objects.bulk_create([strangers])
        other.office.name = "Taken over"
        with pytest.raises(ScopeError):
            other.office.save(update_fields=["name"])
        with pytest.raises(ScopeError):
            other.office.delete()
        assert Office.objects.bulk_update([other.office], ["name"]) == 0
        assert Office.objects.filter(pk=other.office.pk).update(name="Taken over") == 0
        assert Placement.objects.filter(employee=other.maya).delete() == (0, {})
    with company_scope(other.company):
        assert Office.objects.get().name == "Kathmandu"
        assert Placement.objects.count() == 3
        strangers.save()
        strangers.delete()
        assert Department.objects.count() == 0


# --- opening and leaving -------------------------------------------------------------------------


def _seen() -> set[str]:
    """Return the codes of the companies that a query sees here."""
    return set(Office.objects.values_list("company__code", flat=True))


def test_nested_scopes_give_back_the_outer(world: World, other: World) -> None:
    with company_scope(world.company):
        with company_scope(other.company):
            assert _seen() == {"other"}
            with no_scope("a test"):
                assert _seen() == {"kettle", "other"}
                with company_scope(world.company):
                    assert _seen() == {"kettle"}
                assert _seen() == {"kettle", "other"}
            assert _seen() == {"other"}
        assert _seen() == {"kettle"}
    with pytest.raises(ScopeError):
        _seen()


def test_an_error_closes_the_scope(world: World, other: World) -> None:
    with company_scope(world.company):
        with pytest.raises(LookupError), company_scope(other.company):
            raise LookupError
        assert _seen() == {"kettle"}
    with pytest.raises(LookupError), no_scope("a test"):
        raise LookupError
    with pytest.raises(ScopeError):
        _seen()


def test_a_scope_needs_a_saved_company() -> None:
    nobody: Any = None
    for company in (Company(name="Draft"), nobody):
        with pytest.raises(ScopeError, match="saved company"), company_scope(company):
            raise AssertionError("the block must not run")


def test_leaving_the_scope_needs_a_reason(world: World) -> None:
    with pytest.raises(ScopeError, match="reason"), no_scope(""):
        raise AssertionError("the block must not run")
    with no_scope("a test"):
        assert _seen() == {"kettle"}
    with pytest.raises(ScopeError):
        _seen()


def _where_of(manager: Any) -> str:
    """Return what the scope limits a query to, without running it."""
    try:
        return str(manager.all().query.where)
    except ScopeError:
        return "refused"


def test_a_scope_does_not_reach_another_thread() -> None:
    seen: list[str] = []
    with company_scope(Company(pk=1)):
        thread = threading.Thread(target=lambda: seen.append(_where_of(Department.objects)))
        thread.start()
        thread.join()
        assert _where_of(Department.objects) != "refused"
    assert seen == ["refused"]


def test_a_scope_of_another_thread_does_not_reach_here() -> None:
    opened, done = threading.Event(), threading.Event()

    def hold() -> None:
        with company_scope(Company(pk=1)):
            opened.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert opened.wait(10)
    assert _where_of(Department.objects) == "refused"
    with company_scope(Company(pk=2)):
        assert "2" in _where_of(Department.objects)
    done.set()
    thread.join()
    assert _where_of(Department.objects) == "refused"


def test_tasks_that_take_turns_keep_their_own_scope() -> None:
    async def turn(pk: int) -> list[str]:
        with company_scope(Company(pk=pk)):
            first = _where_of(Department.objects)
            await asyncio.sleep(0)
            return [first, _where_of(Department.objects)]

    async def both() -> list[list[str]]:
        return list(await asyncio.gather(turn(1), turn(2)))

    (one, again), (two, and_again) = asyncio.run(both())
    assert one == again
    assert two == and_again
    assert one != two
    assert _where_of(Department.objects) == "refused"


# --- who looks across companies ------------------------------------------------------------------

LOOKS_ACROSS = [
    (
        "attendance/selectors/certificates.py",
        "certificates: anybody checks one by its code",
    ),
    ("attendance/services/evidence.py", "punch door: the pass says who and where"),
    ("attendance/services/liveness.py", "punch door: the pass says who and where"),
    ("attendance/services/liveness.py", "punch door: the pass says who and where"),
    ("attendance/services/pin_check.py", "punch door: the pass says who and where"),
    ("attendance/services/projection.py", "punch door: the pass says who, before any session"),
    ("attendance/services/replaying.py", "journal: what the records of any company lack"),
    ("attendance/services/uploads.py", "uploads: whose photo this is"),
    ("companies/admin/domains.py", "operator: which domains companies named"),
    ("companies/admin/platform.py", "operator: the platform's own audit, no company's"),
    ("companies/admin/platform.py", "operator: what was done to a record of the platform"),
    ("companies/outbox.py", "outbox: a message may belong to no company"),
    ("companies/outbox.py", "outbox: messages of every company"),
    ("companies/selectors/access.py", "operator: which companies let me in"),
    ("companies/selectors/access.py", "who has left: which companies were mine"),
    ("companies/selectors/own_data.py", "own data: mails of no company"),
    ("companies/selectors/people.py", "sign-in: which companies are mine"),
    ("companies/selectors/pool.py", "user pool: whether a company knows this address"),
    ("companies/selectors/pool.py", "user pool: whose domain this address lies in"),
    ("companies/selectors/sign_in.py", "invitations: whether the user is another company's too"),
    ("companies/selectors/sign_in.py", "invitations: which companies invite me"),
    ("companies/selectors/sign_in.py", "sign-in: whose card this is"),
    ("companies/selectors/sign_in.py", "sign-in: whose codes these are"),
    ("companies/selectors/sign_in.py", "sign-in: whose name on a shared phone this is"),
    ("companies/selectors/sign_in.py", "sign-in: whose used card this is"),
    ("companies/selectors/slack.py", "slack: whose account this link names"),
    ("companies/selectors/slack.py", "slack: whose workspace this is"),
    ("companies/services/addresses.py", "mail events: the message that came back"),
    ("companies/services/addresses.py", "mail events: whose address this is"),
    ("companies/services/report_exports.py", "reports in the background, of every company"),
    ("companies/services/report_exports.py", "reports in the background, of every company"),
    ("companies/services/slack_workspaces.py", "slack: whether another company has this workspace"),
    ("companies/slack_work.py", "slack: a message of any company"),
    ("companies/slack_work.py", "slack: the digest of any company"),
    ("companies/slack_work.py", "slack: what came, of every company"),
    ("leave/selectors/feeds.py", "calendar feed: whose address this is"),
    ("portal/dashboards.py", "operator: how many messages failed, of all companies"),
    ("portal/retention.py", "retention: rows of no company"),
]
WAYS_ROUND = {"_base_manager", "django_scopes", "scopes_disabled", "with_scope",
              "with_scopes_disabled"}  # fmt: skip


def _nodes() -> Iterator[tuple[str, ast.AST]]:
    """Yield every piece of the product's own code with the file it stands in."""
    root = Path(settings.BASE_DIR)
    for app in ("attendance", "companies", "integrations", "leave", "portal"):
        for path in sorted((root / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                yield path.relative_to(root).as_posix(), node


def test_who_looks_across_companies_stands_in_the_list() -> None:
    found = [
        (path, ast.literal_eval(node.args[0]))
        for path, node in _nodes()
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "no_scope"
    ]
    assert sorted(found) == LOOKS_ACROSS


def test_nobody_goes_round_the_scopes() -> None:
    found = set()
    for path, node in _nodes():
        names = {getattr(node, key, None) for key in ("attr", "module", "id", "name")}
        if names & WAYS_ROUND:
            found.add(path)
    assert found == {"companies/scoping.py"}
