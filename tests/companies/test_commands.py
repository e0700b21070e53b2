"""`manage.py company_create` and `operator_create`: what they print, and how they end."""

from __future__ import annotations

import io

import pytest
from django.core import mail
from django.core.management import CommandError, ManagementUtility, call_command

from companies import links, outbox, selectors
from companies.enums import Role
from companies.models import Company, OfficeVersion, OperatorGrant, User
from companies.scoping import company_scope
from tests.attendance.world import World, at
from tests.companies.test_links import token_of

HIMAL = (
    "Himal Tea", "--zone", "Asia/Kathmandu", "--hr-name", "Hari",
    "--hr-email", "hari@himal.example",
)  # fmt: skip


def _run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def _main(*arguments: str) -> int:
    """Run it as a shell does; return the exit status."""
    with pytest.raises(SystemExit) as ended:
        ManagementUtility(["manage.py", *arguments]).execute()
    return int(str(ended.value.code))


# --- company_create ---------------------------------------------------------------------------
@pytest.mark.django_db
def test_company_create_prints_a_link_that_works() -> None:
    first, link = _run("company_create", *HIMAL).splitlines()
    assert first == "Himal Tea is there. Hari signs in first by this link:"
    user = User.objects.get()
    assert links.user_of_link(*token_of(f"{link}")) == user
    (membership,) = selectors.memberships(user, now=at("2030-01-01 09:00"))
    assert membership.roles == {Role.HR, Role.COMPANY_ADMIN}


@pytest.mark.django_db
def test_the_link_is_mailed_too() -> None:
    _run("company_create", *HIMAL)
    assert outbox.drain() == 1
    assert mail.outbox[0].to == ["hari@himal.example"]


@pytest.mark.django_db
def test_code_and_country_are_taken() -> None:
    _run("company_create", *HIMAL, "--code", "tea", "--country", "np")
    company = Company.objects.get()
    with company_scope(company):
        assert (company.code, OfficeVersion.objects.get().country) == ("tea", "NP")


@pytest.mark.django_db
def test_blanks_around_an_address_do_not_matter() -> None:
    _run("company_create", *HIMAL[:-1], " hari@himal.example ")
    assert User.objects.get().email == "hari@himal.example"


def test_a_known_address_gets_a_link_under_its_own_name(world: World) -> None:
    out = _run("company_create", *HIMAL[:-1], "MAYA@kettle.example")
    assert "Himal Tea is there. Maya signs in first by this link:" in out
    assert links.user_of_link(*token_of(out)) == world.maya.user


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("A", "--zone", "Mars", "--hr-name", "H", "--hr-email", "h@a.example"),
            "zone: Mars is no time zone. Write one like Asia/Kathmandu or Europe/London.",
        ),
        (
            ("A", "--zone", "UTC", "--hr-name", "H", "--hr-email", "h"),
            "hr-email: Enter a valid email address.",
        ),
        (
            ("A", "--zone", "UTC", "--hr-name", "", "--hr-email", "h@a.example"),
            "hr-name: This field cannot be blank.",
        ),
        (
            ("", "--zone", "UTC", "--hr-name", "H", "--hr-email", "h@a.example"),
            "name: This field cannot be blank. code: This field cannot be blank.",
        ),
        (
            (*HIMAL, "--country", "Nepal"),
            "country: Ensure this value has at most 2 characters (it has 5).",
        ),
    ],
)
def test_company_create_says_what_is_wrong(arguments: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        _run("company_create", *arguments)
    assert str(refused.value) == sentence
    assert (Company.objects.count(), User.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_taken_code_is_said() -> None:
    _run("company_create", *HIMAL)
    with pytest.raises(CommandError) as refused:
        _run("company_create", *HIMAL)
    assert str(refused.value) == "Another company has the code himal-tea. Choose another one."


@pytest.mark.django_db(transaction=True)
def test_a_refusal_ends_with_one_and_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert _main("company_create", *HIMAL[:2], "Mars", *HIMAL[3:]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "CommandError: zone: Mars is no time zone. "
        "Write one like Asia/Kathmandu or Europe/London.\n"
    )


def test_a_missing_argument_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert _main("company_create", "Himal Tea") == 2
    assert capsys.readouterr().err.endswith(
        "error: the following arguments are required: --zone, --hr-name, --hr-email\n"
    )


# --- operator_create --------------------------------------------------------------------------
@pytest.mark.django_db
def test_operator_create_prints_a_link_that_works() -> None:
    first, link = _run("operator_create", "Otto", "otto@muster.example").splitlines()
    assert first == "Otto signs in first by this link:"
    user = OperatorGrant.objects.select_related("user").get().user
    assert links.user_of_link(*token_of(f"{link}")) == user


@pytest.mark.django_db
def test_operator_create_a_second_time_prints_another_link() -> None:
    for _n in range(2):
        out = _run("operator_create", "Otto", "otto@muster.example")
    assert links.user_of_link(*token_of(out)) == OperatorGrant.objects.get().user


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "email", "sentence"),
    [
        ("Otto", "otto", "email: Enter a valid email address."),
        ("Otto", "", "email: Write an e-mail address."),
        ("", "otto@muster.example", "name: This field cannot be blank."),
    ],
)
def test_operator_create_says_what_is_wrong(name: str, email: str, sentence: str) -> None:
    with pytest.raises(CommandError) as refused:
        _run("operator_create", name, email)
    assert str(refused.value) == sentence
    assert User.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_refused_operator_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert _main("operator_create", "Otto", "otto") == 1
    assert capsys.readouterr().err == "CommandError: email: Enter a valid email address.\n"
