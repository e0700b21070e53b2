"""Every table with a company × every way to a row of another one; generated from the registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction

from attendance.selectors import settings as settings_cache
from attendance.selectors.settings import company_settings
from attendance.services import face_roster
from companies import integrity
from companies.ids import uuid7
from companies.models import AuditEvent, CompanyOwned, OutboxMessage
from companies.scoping import ScopeError, company_scope, no_scope
from tests.attendance.fakes import FakeEngine
from tests.attendance.world import World
from tests.companies.rows import filled

OWNED = tuple(integrity.owned_models())
# With a company, if it may be none: they are read in a scope like all others.
OF_COMPANIES = tuple(
    model
    for model in apps.get_models()
    if any(column.name == "company" for column in model._meta.concrete_fields)
)


@pytest.fixture
def both(db: None) -> tuple[World, World]:
    return filled(), filled("other")


def test_there_is_something_to_keep_apart() -> None:
    assert set(OF_COMPANIES) == {*OWNED, AuditEvent, OutboxMessage}
    assert len(OWNED) > 20


def _row(model: type[models.Model], world: World) -> Any:
    with no_scope("a row of the company under test"):
        found = model._default_manager.filter(company=world.company).order_by("pk").first()
    if found is None:
        # Mails are written when something happens; any will do.
        found = OutboxMessage(company=world.company, dedupe_key=world.company.code)
        found.not_before = found.next_at = world.company.created_at
        found.save()
    return found


def _column(model: type[models.Model]) -> str:
    """Return a column that an update may set to what it holds."""
    return next(
        column.name
        for column in model._meta.concrete_fields
        if not (column.primary_key or column.is_relation)
    )


def _update(rows: Any) -> int:
    changed: int = rows.update(**{_column(rows.model): models.F(_column(rows.model))})
    return changed


# What a query in one's own scope finds of a row that is another company's.
FINDS: dict[str, tuple[Callable[[Any, Any], Any], Any]] = {
    "list": (lambda rows, row: [one.pk for one in rows.all() if one.pk == row.pk], []),
    "filter by key": (lambda rows, row: rows.filter(pk=row.pk).count(), 0),
    "filter by public id": (lambda rows, row: rows.filter(public_id=row.public_id).count(), 0),
    "filter by company": (lambda rows, row: rows.filter(company=row.company_id).count(), 0),
    "exists": (lambda rows, row: rows.filter(pk=row.pk).exists(), False),
    "exclude": (lambda rows, row: rows.exclude(company_id=-1).filter(pk=row.pk).count(), 0),
    "in bulk": (lambda rows, row: rows.in_bulk([row.pk]), {}),
    "values": (lambda rows, row: list(rows.filter(pk=row.pk).values("pk")), []),
    "greatest": (
        lambda rows, row: rows.filter(pk=row.pk).aggregate(most=models.Max("pk"))["most"], None,
    ),
    "or": (
        lambda rows, row: rows.filter(models.Q(pk=row.pk) | models.Q(pk=-1)).count(), 0,
    ),
    "union": (
        lambda rows, row: rows.order_by().filter(pk=-1).union(
            rows.order_by().filter(pk=row.pk)).count(), 0,
    ),
    "update": (lambda rows, row: _update(rows.filter(pk=row.pk)), 0),
    "bulk update": (lambda rows, row: rows.bulk_update([row], [_column(type(row))]), 0),
    "delete": (lambda rows, row: rows.filter(pk=row.pk).delete()[0], 0),
}  # fmt: skip


def test_no_way_finds_anothers_row(both: tuple[World, World]) -> None:
    mine, other = both
    found, expected = {}, {}
    for model in OF_COMPANIES:
        row = _row(model, other)
        for way, (find, nothing) in FINDS.items():
            asked = model._meta.label, way
            expected[asked] = nothing
            with company_scope(mine.company):
                found[asked] = find(model._default_manager, row)
    assert found == expected


def test_no_row_is_got(both: tuple[World, World]) -> None:
    mine, other = both
    for model in OF_COMPANIES:
        row = _row(model, other)
        with company_scope(mine.company):
            for names in ({"pk": row.pk}, {"public_id": row.public_id}):
                with pytest.raises(model.DoesNotExist):
                    model._default_manager.get(**names)


def _copy(model: type[models.Model], world: World) -> Any:
    """Return a row like the company's, not yet saved."""
    row = _row(model, world)
    row.pk, row.public_id, row._state.adding = None, uuid7(), True
    return row


def test_nothing_is_written_for_another_company(both: tuple[World, World]) -> None:
    mine, other = both
    for model in OWNED:
        ways: tuple[Callable[[], Any], ...] = (
            _copy(model, other).save,
            _row(model, other).save,
            _row(model, other).delete,
            lambda model=model: model._default_manager.bulk_create([_copy(model, other)]),  # type: ignore[misc]
        )
        with company_scope(mine.company):
            for way in ways:
                with pytest.raises(ScopeError):
                    way()


@contextmanager
def _refused_by_the_database(model: type[models.Model]) -> Iterator[None]:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert str(refusal.value).startswith("muster:"), model


def test_no_row_is_moved_to_another_company(both: tuple[World, World]) -> None:
    mine, other = both
    for model in OWNED:
        row = _row(model, mine)
        with company_scope(mine.company), _refused_by_the_database(model):
            model._default_manager.filter(pk=row.pk).update(company=other.company)


def _keys(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    return [
        column
        for column in model._meta.concrete_fields
        if isinstance(column, models.ForeignKey)
        and isinstance(column.related_model, type)
        and issubclass(column.related_model, CompanyOwned)
    ]


def test_no_key_leads_to_anothers_row(both: tuple[World, World]) -> None:
    mine, other = both
    tried = 0
    for model in OWNED:
        for key in _keys(model):
            stranger = _row(key.related_model, other)  # type: ignore[arg-type]
            fresh, stands = _copy(model, mine), _row(model, mine)
            with company_scope(mine.company):
                setattr(fresh, key.attname, stranger.pk)
                for write in (
                    fresh.save,
                    lambda rows=model._default_manager, row=fresh: rows.bulk_create([row]),  # type: ignore[misc]
                    lambda rows=model._default_manager, row=stands, key=key, to=stranger:  # type: ignore[misc]
                        rows.filter(pk=row.pk).update(**{key.attname: to.pk}),
                ):  # fmt: skip
                    fresh.pk = None
                    with _refused_by_the_database(model):
                        write()
                    tried += 1
    assert tried > 60


def test_raw_sql_needs_no_scope(both: tuple[World, World]) -> None:
    mine, _other = both
    for model in OWNED:
        with company_scope(mine.company), pytest.raises(ScopeError, match="Raw SQL"):
            model._default_manager.raw(f'SELECT * FROM "{model._meta.db_table}"')


def test_no_query_without_a_scope(both: tuple[World, World]) -> None:
    for model in OF_COMPANIES:
        for query in ("count", "exists", "first", "delete"):
            with pytest.raises(ScopeError):
                rows = model._default_manager.all()
                getattr(rows, query)()


# --- what is kept outside the tables --------------------------------------------------------------
def test_what_a_process_remembers_is_kept_by_company(both: tuple[World, World]) -> None:
    settings_cache._cache.clear()
    face_roster._cache.clear()
    engine = FakeEngine()
    engine.name = "another"  # of which nobody has a template that would have to be opened
    for world in both:
        world.company.refresh_from_db()
        with company_scope(world.company):
            company_settings(world.company)
            face_roster.face_roster(world.company, engine)
    companies = {world.company.public_id for world in both}
    assert set(settings_cache._cache) == companies
    assert {key[0] for key in face_roster._cache} == companies
    assert len(face_roster._cache) == len(companies)


def test_what_was_done_to_a_row_is_told_in_its_company(both: tuple[World, World]) -> None:
    """An audit event of a row stands under the row's company."""
    labels = {model._meta.label_lower: model for model in OWNED}
    with no_scope("the audit of both companies"):
        events = list(AuditEvent.objects.filter(subject_type__in=labels))
        for event in events:
            model = labels[event.subject_type]
            row = model._default_manager.get(public_id=event.subject_id)
            assert row.company_id == event.company_id, event
    assert len(events) > 6
