"""Ways in which an admin site leaks across companies: each shown on a stock one, then on ours.

The stock site is built as most tutorials build theirs: `get_queryset` and the choices of keys are
limited to the company, and models have plain managers (`no_scope` stands for that).
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import NoReverseMatch, URLPattern, get_resolver, path, reverse
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action
from unfold.sites import UnfoldAdminSite

from companies.models import AuditEvent, Company, Employee, Office, Placement
from companies.scoping import company_scope, no_scope
from portal.admin_sites import hr_site, operator_site
from tests.attendance.world import World, make_world
from tests.http import post_once
from tests.rights.addresses import LEAVES

SECRET = "Hidden weavers"


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def other(db: None) -> World:
    """The other company, whose office and Maya bear a name that nobody else may read."""
    found = make_world("other")
    with company_scope(found.company):
        Office.objects.update(name=SECRET)
        Employee.objects.filter(pk=found.maya.pk).update(name=SECRET)
    return found


@pytest.fixture
def hr(client: Client, world: World) -> Client:
    client.force_login(world.hari.user)
    return client


# --- a site as in a tutorial ----------------------------------------------------------------------
class OfCompany(ModelAdmin):
    """Rows and choices of the company that the request is for."""

    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(company=request.company)  # type: ignore[attr-defined]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        rows = db_field.remote_field.model._default_manager
        kwargs["queryset"] = rows.filter(company=request.company)  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class OfficesFilter(OfCompany):
    search_fields = ("zone",)
    list_filter = ("office",)


class PeopleFilter(OfCompany):
    search_fields = ("zone",)
    list_filter = (("employee", AutocompleteSelectFilter),)


class Peeks(OfCompany):
    actions_detail = ("peek",)

    @action(description="Peek", url_path="peek")
    def peek(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponse(Employee.objects.get(pk=object_id).name)


class Stock(UnfoldAdminSite):
    settings_name = "UNFOLD_STOCK"


stock = Stock(name="admin")
urlpatterns = [path("admin/", stock.urls)]


@pytest.fixture
def as_in_a_tutorial(world: World, other: World) -> Iterator[None]:
    """Only the tutorial's own limits hold, and its site stands at `/admin/`."""
    changes = {"ROOT_URLCONF": __name__, "UNFOLD_STOCK": {"COMMAND": {"search_models": True}}}
    with no_scope("a site without scopes"), override_settings(**changes):
        yield
        for model in list(stock._registry):
            stock.unregister(model)
        _stand_anew()


def _registered(*pairs: tuple[Any, type[ModelAdmin]]) -> None:
    for model, model_admin in pairs:
        stock.register(model, model_admin)
    _stand_anew()


def _stand_anew() -> None:
    """Let the addresses be those of what is registered now."""
    global urlpatterns
    urlpatterns[:] = [path("admin/", stock.urls)]
    override = override_settings(ROOT_URLCONF=__name__)
    override.enable()
    override.disable()


def _asked(where: str, company: Company, **query: Any) -> HttpRequest:
    request = RequestFactory().get(where, query)
    request.user = SimpleNamespace(  # type: ignore[assignment]
        pk=1, is_active=True, is_staff=True, is_authenticated=True,
        has_perm=lambda *a: True, has_module_perms=lambda *a: True,
    )  # fmt: skip
    request.company = company  # type: ignore[attr-defined]
    return request


def _listed(model_admin: Any, request: HttpRequest) -> str:
    """Return what a list's filters show."""
    changes = model_admin.changelist_view(request).context_data["cl"]
    shown = []
    for spec in changes.filter_specs:
        for choice in spec.choices(changes):
            shown.append(str(choice.get("display", choice.get("form"))))
    return "\n".join(shown)


# --- filters --------------------------------------------------------------------------------------
def test_a_stock_filter_lists_the_names_of_other_companies(
    as_in_a_tutorial: None, world: World
) -> None:
    _registered((Placement, OfficesFilter), (Office, OfCompany))
    shown = _listed(stock._registry[Placement], _asked("/", world.company))
    assert SECRET in shown


def test_our_filters_do_not(hr: Client, world: World, other: World) -> None:
    for model in hr_site._registry:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert SECRET not in hr.get(address).text


def test_a_stock_filter_prints_the_name_that_belongs_to_a_key(
    as_in_a_tutorial: None, world: World, other: World
) -> None:
    _registered((Placement, PeopleFilter), (Employee, OfCompany))
    request = _asked("/", world.company, employee__id__exact=str(other.maya.pk))
    assert SECRET in _listed(stock._registry[Placement], request)


def test_our_filters_print_no_name_by_key(hr: Client, world: World, other: World) -> None:
    """Neither by primary key, which no filter knows, nor by public id."""
    keys = {"pk": str(other.maya.pk), "public_id": str(other.maya.public_id)}
    for model, model_admin in hr_site._registry.items():
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        names = {getattr(item, "parameter_name", None) for item in model_admin.list_filter}
        for name in ("employee", "person", "office", "department", "shift"):
            for key in keys.values():
                for lookup in (f"{name}__id__exact", f"{name}__exact", f"{name}__public_id", name):
                    answer = hr.get(address, {lookup: key})
                    assert answer.status_code == (200 if lookup in names else 400), lookup
                    assert SECRET not in answer.text


# --- history --------------------------------------------------------------------------------------
def test_there_is_no_history_but_the_audits(hr: Client, world: World, other: World) -> None:
    """django-simple-history falls back to a row's versions when the row itself is not found.

    It is not installed, so there is nothing to show it on: the history here is the audit's, asked
    for a row that was found, and Django's own log of an admin site keeps no line.
    """
    with no_scope("an event of the other company"):
        AuditEvent.objects.create(
            company=other.company, occurred_at=world.company.created_at, verb="employee_changed",
            subject_type="companies.employee", subject_id=str(world.maya.public_id),
            subject_label=SECRET, actor_kind="person", channel="web",
        )  # fmt: skip
    # Even an event of the other company that claims to be about our row is not shown beside it.
    own = hr.get(f"/admin/companies/employee/{world.maya.public_id}/history/")
    assert own.status_code == 200
    assert SECRET not in own.text
    foreign = hr.get(f"/admin/companies/employee/{other.maya.public_id}/history/")
    assert foreign.headers["Location"] == "/admin/"
    versions = hr.get(f"/admin/companies/employee/{world.maya.public_id}/history/1/")
    assert versions.status_code == 404
    added = post_once(hr, "/admin/companies/department/add/", {"name": "Dyes"})
    assert added.status_code == 302
    assert LogEntry.objects.count() == 0


# --- files out and in -----------------------------------------------------------------------------
def test_there_is_no_import_that_could_overwrite(world: World) -> None:
    """django-import-export previews and overwrites rows by id, whosever they are.

    It is not installed: what there is to test is that nothing here takes a file of rows.
    """
    # What is exported is handed out, never taken.
    assert [name for name in LEAVES if "import" in name or "export" in name] == [
        "portal:export", "portal:export-file",
    ]  # fmt: skip
    for site in (hr_site, operator_site):
        for model_admin in site._registry.values():
            assert not [name for name in dir(model_admin) if "import" in name or "export" in name]


# --- actions --------------------------------------------------------------------------------------
def _address_of(site: Any, model: Any, name: str) -> URLPattern:
    return next(item for item in site._registry[model].get_urls() if item.name == name)


def test_a_stock_action_is_called_with_any_id(
    as_in_a_tutorial: None, world: World, other: World
) -> None:
    _registered((Employee, Peeks))
    view = _address_of(stock, Employee, "companies_employee_peek").callback
    answer = view(_asked("/", world.company), object_id=str(other.maya.pk))
    assert answer.content.decode() == SECRET


def test_our_actions_are_not(hr: Client, world: World, other: World) -> None:
    """Every action of a row, of every page, asked for the other company's row by its public id."""
    actions = [
        name
        for name in LEAVES
        if name.startswith("admin:")
        and "object_id" in LEAVES[name].pattern.converters
        and not name.endswith(("_change", "_delete", "_history"))
    ]
    assert len(actions) > 10
    for name in actions:
        for key in (other.maya.public_id, other.office.public_id):
            answer = hr.get(reverse(name, args=(str(key),)))
            assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/"), name
        with pytest.raises(NoReverseMatch):
            reverse(name, args=(str(other.maya.pk),))


# --- the palette ----------------------------------------------------------------------------------
@override_settings(
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
)
def test_a_stock_palette_remembers_across_companies(
    as_in_a_tutorial: None, world: World, other: World
) -> None:
    _registered((Employee, OfCompany))
    cache.clear()
    found = [
        [item.title for item in stock.search(_asked("/", company, s="a", extended="1"))
         .context_data["results"]]
        for company in (other.company, world.company)
    ]  # fmt: skip
    assert f"{SECRET} (maya)" in found[0]
    assert found[1] == found[0]


def test_we_have_no_palette(hr: Client, world: World, other: World) -> None:
    for space in ("admin", "operator"):
        with pytest.raises(NoReverseMatch):
            reverse(f"{space}:search")
    assert hr.get("/admin/search/", {"s": "a", "extended": "1"}).status_code == 404
    callbacks = {item.callback for item in get_resolver().url_patterns if hasattr(item, "callback")}
    assert hr_site.search not in callbacks
