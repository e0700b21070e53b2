"""What the database itself refuses, on SQLite and PostgreSQL alike.

Three kinds of triggers, generated from the models and installed after every migration:

* append-only tables (`is_append_only = True` on the model) refuse UPDATE, DELETE and TRUNCATE,
  unless `purge()` holds the permit (retention, erasure), which audits it;
* every foreign key between two company-owned tables must stay within one company, and no row
  changes its company (scopes cannot see bulk writes; this can);
* a change of a table with `raises = "settings_revision"` (or `"faces_revision"`) raises that
  count of its company, so that caches keyed by it cannot go stale.

A refusal is an `IntegrityError` on both databases; its text starts with `muster:`.

SQLite drops a table's triggers when a migration rebuilds it, and refuses to rebuild a table that
another trigger names: there all are dropped before a migration and put back after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections, models, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from companies import audit
from companies.actor import Actor
from companies.models import AuditEvent, Company, CompanyOwned, PurgePermit

PREFIX = "muster_"


@dataclass(frozen=True)
class Trigger:
    """One trigger of one table, as the statements that make it, in order."""

    name: str
    table: str
    create: tuple[str, ...]


def append_only_models() -> list[type[models.Model]]:
    """Return the registry of append-only tables."""
    return [model for model in apps.get_models() if getattr(model, "is_append_only", False)]


def owned_models() -> list[type[CompanyOwned]]:
    """Return every table whose rows belong to one company."""
    return [model for model in apps.get_models() if issubclass(model, CompanyOwned)]


def _owned_foreign_keys(model: type[models.Model]) -> list[tuple[str, str]]:
    """Return `(column, parent table)` of the keys that lead to company-owned rows."""
    return [
        (field.column, field.related_model._meta.db_table)
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and isinstance(field.related_model, type)
        and issubclass(field.related_model, CompanyOwned)
    ]


def _postgres(name: str, table: str, events: str, body: str) -> Trigger:
    moment = "AFTER" if name.startswith(f"{PREFIX}raise_") else "BEFORE"
    each = "STATEMENT" if events == "TRUNCATE" else "ROW"
    return Trigger(
        name,
        table,
        (
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$",
            f'CREATE OR REPLACE TRIGGER {name} {moment} {events} ON "{table}" '
            f"FOR EACH {each} EXECUTE FUNCTION {name}()",
        ),
    )


def _sqlite(name: str, table: str, event: str, body: str) -> Trigger:
    moment = "AFTER" if name.startswith(f"{PREFIX}raise_") else "BEFORE"
    named = f"{name}_{event.lower()}"
    create = f'CREATE TRIGGER {named} {moment} {event} ON "{table}" FOR EACH ROW BEGIN {body} END'
    return Trigger(named, table, (f"DROP TRIGGER IF EXISTS {named}", create))


def _append_only(vendor: str, table: str) -> list[Trigger]:
    name, refusal = f"{PREFIX}keep_{table}", f"muster:append_only:{table}"
    if vendor == "postgresql":
        body = (
            "IF current_setting('muster.purge', true) IS DISTINCT FROM 'on' THEN "
            f"RAISE EXCEPTION '{refusal}' USING ERRCODE = '23000'; END IF;"
        )
        return [
            _postgres(name, table, "UPDATE OR DELETE", body),
            _postgres(f"{PREFIX}fill_{table}", table, "TRUNCATE", body),
        ]
    permit = PurgePermit._meta.db_table
    body = f"SELECT RAISE(ABORT, '{refusal}') WHERE NOT EXISTS (SELECT 1 FROM \"{permit}\");"
    return [_sqlite(name, table, event, body) for event in ("UPDATE", "DELETE")]


def _one_company(vendor: str, model: type[models.Model]) -> list[Trigger]:
    table = model._meta.db_table
    name = f"{PREFIX}own_{table}"
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    wrong = [
        (
            f'NEW."{column}" IS NOT NULL AND (SELECT company_id FROM "{parent}" '
            f'WHERE id = NEW."{column}") {differs} NEW.company_id',
            f"muster:other_company:{table}.{column}",
        )
        for column, parent in _owned_foreign_keys(model)
    ]
    moved = ("NEW.company_id <> OLD.company_id", f"muster:company_is_fixed:{table}")
    if vendor == "postgresql":
        checks = [f"IF {test} THEN {_raise(text)} END IF;" for test, text in wrong]
        fixed = f"IF TG_OP = 'UPDATE' THEN IF {moved[0]} THEN {_raise(moved[1])} END IF; END IF;"
        return [_postgres(name, table, "INSERT OR UPDATE", " ".join([fixed, *checks]))]
    refuse = "SELECT RAISE(ABORT, '{1}') WHERE {0};"
    inserts = [refuse.format(*item) for item in wrong]
    found = [_sqlite(name, table, "INSERT", " ".join(inserts))] if inserts else []
    return [
        *found,
        _sqlite(name, table, "UPDATE", " ".join(refuse.format(*i) for i in [moved, *wrong])),
    ]


def _raise(text: str) -> str:
    return f"RAISE EXCEPTION '{text}' USING ERRCODE = '23000';"


def _revision(vendor: str, table: str, column: str) -> list[Trigger]:
    name = f"{PREFIX}raise_{table}"
    company = Company._meta.db_table
    update = f'UPDATE "{company}" SET "{column}" = "{column}" + 1 WHERE id = {{}}.company_id;'
    if vendor == "postgresql":
        body = (
            f"IF TG_OP = 'DELETE' THEN {update.format('OLD')} ELSE {update.format('NEW')} END IF;"
        )
        return [_postgres(name, table, "INSERT OR UPDATE OR DELETE", body)]
    return [
        _sqlite(name, table, event, update.format("OLD" if event == "DELETE" else "NEW"))
        for event in ("INSERT", "UPDATE", "DELETE")
    ]


def expected(vendor: str, app_label: str | None = None) -> list[Trigger]:
    """Return the triggers that the database of this vendor must have, for one app or for all."""
    triggers: list[Trigger] = []
    for model in apps.get_models():
        if app_label not in (None, model._meta.app_label):
            continue
        table = model._meta.db_table
        if getattr(model, "is_append_only", False):
            triggers += _append_only(vendor, table)
        if issubclass(model, CompanyOwned):
            triggers += _one_company(vendor, model)
        column = getattr(model, "raises", "")
        if column:
            triggers += _revision(vendor, table, column)
    return triggers


def present(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of Muster's triggers that stand in the catalogue."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall() if name.startswith(PREFIX)}


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of triggers that existing tables should have and have not."""
    tables = set(connection.introspection.table_names())
    wanted = {item.name for item in expected(connection.vendor) if item.table in tables}
    return wanted - present(connection)


def install(connection: BaseDatabaseWrapper, app_label: str | None = None) -> None:
    """Make the triggers of every table that exists; again is harmless."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for trigger in expected(connection.vendor, app_label):
            if trigger.table in tables:
                for statement in trigger.create:
                    cursor.execute(statement)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Drop Muster's triggers on SQLite, for a migration or a test's flush."""
    with connection.cursor() as cursor:
        for name in sorted(present(connection)):
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")


def before_migrate(*, using: str, plan: list[Any], **_kwargs: object) -> None:
    connection = connections[using]
    if plan and connection.vendor == "sqlite":
        drop(connection)


def after_migrate(*, sender: AppConfig, using: str, **_kwargs: object) -> None:
    install(connections[using], sender.label)


@contextmanager
def purge(*, by: Actor, reason: str, subject: models.Model) -> Iterator[None]:
    """Allow lawful deletion (retention, erasure) from append-only tables, inside one transaction.

    Leaves an audit event `purged` on `subject`.

    Raises:
        ValueError: without a reason.
    """
    if not reason:
        raise ValueError("A purge needs a reason.")
    using = router.db_for_write(AuditEvent)
    connection = connections[using]
    with transaction.atomic(using=using):
        audit.record(by=by, verb="purged", subject=subject, reason=reason)
        if connection.vendor == "postgresql":
            before = _set_permit(connection, "on")
            yield
            _set_permit(connection, before)
        else:
            permit = PurgePermit.objects.create(reason=reason)
            yield
            permit.delete()


def _set_permit(connection: BaseDatabaseWrapper, value: str) -> str:
    """Set the permit of this transaction and return what it was: a purge may run inside another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('muster.purge', true), '')")
        (before,) = cursor.fetchone()
        cursor.execute("SELECT set_config('muster.purge', %s, true)", [value])
    return str(before)
