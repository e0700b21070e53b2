"""A form submits once, however often it is sent."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import Context, Template
from django.test import RequestFactory

from companies.models import Company, Department, FormSubmission, User
from companies.once import FIELD, once
from companies.scoping import company_scope
from tests.attendance.world import World, make_company
from tests.companies.conftest import Together

TOKEN = str(uuid.UUID(int=7))


@once
def _make(request: HttpRequest) -> HttpResponse:
    if request.method == "GET" or not request.POST.get("name"):
        return HttpResponse("a name please")
    company = Company.objects.get()
    with company_scope(company):
        department = Department(company=company, name=request.POST["name"])
        department.save()
    if request.POST["name"] == "Broken":
        raise RuntimeError("after the row was written")
    return HttpResponseRedirect(f"/made/{department.public_id}{request.POST.get('query', '')}")


def _post(user: User, path: str = "/make", **data: Any) -> HttpResponse:
    request = RequestFactory().post(path, {FIELD: TOKEN, "name": "Looms"} | data)
    request.user = user
    return _make(request)


def _names() -> list[str]:
    return list(Department._base_manager.order_by("id").values_list("name", flat=True))


def test_looking_at_a_form_needs_no_token(world: World) -> None:
    request = RequestFactory().get("/make")
    request.user = world.hari.user
    assert _make(request).content == b"a name please"
    assert FormSubmission.objects.count() == 0


def test_a_second_submission_leads_where_the_first_did(world: World) -> None:
    first, second = (_post(world.hari.user, name=name) for name in ("Looms", "Dyes"))
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert first["Location"].startswith("/made/")
    assert _names() == ["Looms"]


def test_a_fresh_token_is_another_submission(world: World) -> None:
    _post(world.hari.user)
    _post(world.hari.user, name="Dyes", **{FIELD: str(uuid.UUID(int=8))})
    assert _names() == ["Looms", "Dyes"]


def test_a_token_may_be_written_in_any_form_of_a_uuid(world: World) -> None:
    _post(world.hari.user, **{FIELD: uuid.UUID(int=10).hex})
    _post(world.hari.user, name="Dyes", **{FIELD: str(uuid.UUID(int=10)).upper()})
    assert _names() == ["Looms"]


def test_a_form_with_errors_can_be_sent_again(world: World) -> None:
    assert _post(world.hari.user, name="").status_code == 200
    assert FormSubmission.objects.count() == 0
    assert _post(world.hari.user).status_code == 302
    assert _names() == ["Looms"]


def test_a_failure_takes_the_token_back_with_the_row(world: World) -> None:
    with pytest.raises(RuntimeError):
        _post(world.hari.user, name="Broken")
    assert (_names(), FormSubmission.objects.count()) == ([], 0)
    assert _post(world.hari.user).status_code == 302


def test_anothers_token_leads_nowhere(world: World) -> None:
    _post(world.hari.user)
    answer = _post(world.maya.user, name="Dyes")
    assert (answer["Location"], _names()) == ("/make", ["Looms"])


def test_a_token_of_another_form_leads_back_to_the_form(world: World) -> None:
    _post(world.hari.user)
    answer = _post(world.hari.user, path="/elsewhere", name="Dyes")
    assert (answer["Location"], _names()) == ("/elsewhere", ["Looms"])


@pytest.mark.parametrize("token", ["", "no token", "0" * 33])
def test_a_form_without_its_token_is_out_of_date(world: World, token: str) -> None:
    with pytest.raises(BadRequest) as refused:
        _post(world.hari.user, **{FIELD: token})
    assert str(refused.value) == "This form is out of date. Reload the page and try again."
    assert _names() == []


def test_a_long_list_of_filters_is_left_behind(world: World) -> None:
    """Where the first submission led to is kept in a column; a long address loses its query."""
    query = "?" + "&".join(f"filter{number}=on" for number in range(60))
    first = _post(world.hari.user, query=query)
    second = _post(world.hari.user, query=query)
    assert first["Location"] == f"{second['Location']}{query}"
    assert re.fullmatch(r"/made/[0-9a-f-]{36}", second["Location"])


def test_a_long_path_is_still_one_submission(world: World) -> None:
    path = "/make/" + "x" * 300
    first, second = (_post(world.hari.user, path=path) for _n in range(2))
    assert (first["Location"], _names()) == (second["Location"], ["Looms"])


def test_two_submissions_at_the_same_moment_are_one(together: Together) -> None:
    make_company("kettle")
    user = User.objects.create_user(email="hari@kettle.example", name="Hari")
    first, second = together(*[lambda: _post(user)["Location"]] * 2)
    assert first == second
    assert first.startswith("/made/")
    assert _names() == ["Looms"]


def test_the_tag_gives_each_form_a_token_of_its_own() -> None:
    template = Template("{% load once %}{% once %}")
    first, second = (template.render(Context()) for _n in range(2))
    assert first != second
    found = re.fullmatch(r'<input type="hidden" name="once" value="([0-9a-f-]{36})">', first)
    assert found and uuid.UUID(found[1]).version == 4
