"""What is another company's answers like what never was, to everybody and by every method."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import connection, reset_queries
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from attendance.models import PunchFrame
from companies.scoping import no_scope
from tests.kept import forget
from tests.rights.addresses import LEAVES, address, is_admin, keys_of
from tests.rights.bodies import body_for
from tests.rights.stand import ROLES, Stand
from tests.rights.walk import Ask, Askers, body_of, unseen

NEVER = str(uuid.UUID(int=7, version=4))
MALFORMED = ("0", "1", "zqx", NEVER.upper() + "0", "%27%3B--")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What differs from one rendering of a page to the next.
_RANDOM = re.compile(
    r'(?<=csrfmiddlewaretoken" value=")\w+|(?<=name="once" value=")[\w-]+|(?<=nonce=")[^"]+'
    r"|(?<=nonce-)[\w+/=-]+|\b[0-9a-f]{32}\b|sessionid=\w+|csrftoken=\w+"
)
# A page or a key of one's own: there is no id of another company to put in.
NO_ID = {
    "admin:app_list", "operator:app_list", "mfa_edit_webauthn", "mfa_remove_webauthn",
}  # fmt: skip
# Signing in by a link is before any company: the link itself says whose it is.
BEFORE_ANY_COMPANY = {
    "portal:set-password", "portal:welcome", "portal:phone-person", "portal:email-change",
    "portal:email-change-stop", "leave:calendar", "portal:join-request", "portal:certificate",
    "portal:application", "portal:slack-link",
}  # fmt: skip
# Everybody reads them, whatever company they are of.
FOR_EVERYBODY = {
    "portal:careers", "portal:careers-opening", "portal:careers-apply", "portal:careers-sent",
    "portal:careers-asked",
}  # fmt: skip


def named() -> list[str]:
    """Return the addresses of a company's rows, by name."""
    return [
        name
        for name in LEAVES
        if keys_of(name) - {"date", "month", "slug", "year"}
        and name not in NO_ID | BEFORE_ANY_COMPANY | FOR_EVERYBODY
        and not name.startswith("operator:")
    ]


def _said(answer: HttpResponse, asked: str) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body, without the id that was asked for and what is random."""

    def plain(text: str) -> str:
        return _RANDOM.sub("", text).replace(asked, "ID")

    headers = {name: plain(value) for name, value in answer.headers.items()}
    for name in ("X-Request-ID", "Content-Length"):
        headers.pop(name, None)
    headers["cookies"] = ",".join(sorted(answer.cookies))
    return answer.status_code, headers, plain(body_of(answer).decode())


def _asks(stand: Stand, name: str) -> Iterator[tuple[Ask, Ask, str]]:
    """Yield pairs of the same question: of the other company's row, and of none."""
    maya = stand.theirs.people["self"]
    foreign = address(name, stand.theirs, maya)
    assert foreign is not None
    # Of several ids, the first says whose the rest are.
    key = _key(foreign)
    body = body_for(name, address(name, stand.ours, stand.ours.people["self"]) or "", stand, maya)
    yield _pair(name, "GET", foreign, key, {})
    yield _pair(name, "POST", foreign, key, {})
    if body:
        yield _pair(name, "POST", foreign, key, body)


def _key(path: str) -> str:
    """Return what names the row; a file is named by its version."""
    found: list[str] = _UUID.findall(path)
    return found[0] if found else path.rpartition("/")[2].partition(".")[0]


def _pair(name: str, method: str, path: str, key: str, body: dict[str, Any]) -> Any:
    sent = {field: value for field, value in body.items() if not hasattr(value, "read")}
    asks = [Ask(name, method, where, lambda column: sent) for where in (path, _never(path, key))]
    return asks[0], asks[1], key


def _never(path: str, key: str) -> str:
    return path.replace(key, NEVER)


def _counted(askers: Askers, column: str, asked: Ask, key: str) -> tuple[Any, int, set[str]]:
    # What a process keeps of settings is no difference between two rows.
    forget()
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        answer, changed = askers.ask(column, asked)
    return _said(answer, key), len(queries), changed


def test_anothers_row_answers_like_one_that_never_was(stand: Stand) -> None:
    askers = Askers(stand)
    inside = [role.column for role in ROLES if role.kind == "inside"]
    compared = 0
    for column in inside:
        # The first page of the admin site loads what it is made of.
        askers.ask(column, Ask("", "GET", "/admin/"))
    for name in named():
        for theirs, never, key in _asks(stand, name):
            # The door of the admin site is the same for all of its rows: the table has it.
            columns = ("hr",) if is_admin(name) else inside
            for column in columns:
                found = _counted(askers, column, theirs, key)
                expected = _counted(askers, column, never, NEVER)
                assert found == expected, (name, theirs.method, column)
                assert found[2] == set()
                compared += 1
    assert compared > 400


def test_what_is_no_id_is_not_found(stand: Stand) -> None:
    askers = Askers(stand)
    maya = stand.ours.people["self"]
    with unseen():
        for name in named():
            path = address(name, stand.ours, maya)
            assert path is not None
            key = _key(path)
            # Where a colleague has no entrance at all, that is the answer to anything.
            column = "hr" if is_admin(name) else "self"
            answers = [
                askers.ask(column, Ask(name, "GET", path.replace(key, wrong)))[0].status_code
                for wrong in MALFORMED
            ]
            assert answers == [404] * len(MALFORMED), name


def test_no_two_rows_name_the_same_picture(stand: Stand) -> None:
    """A file is opened by what its own row says: no row says another company's."""
    with no_scope("pictures of both companies"):
        keys = list(
            PunchFrame.objects.exclude(storage_key="").values_list("storage_key", flat=True)
        )
    assert len(keys) == len(set(keys)) == 6
