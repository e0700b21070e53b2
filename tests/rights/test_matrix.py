"""What everybody is answered, compared with the table that people have read."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable

from tests.rights import table
from tests.rights.asks import MAIN, ODD, all_asks
from tests.rights.stand import ROLES, Stand
from tests.rights.walk import LOOKS, Ask, Askers, said, unseen

# Set by `make rights`: write the table instead of comparing with it.
WRITES = "MUSTER_WRITE_RIGHTS"


def walked(stand: Stand) -> table.Table:
    """Return what everybody is answered to everything."""
    askers, found = Askers(stand), {}
    first = {role.column for role in ROLES if role.is_first}

    def answers(asked: Ask, columns: Iterable[str]) -> dict[str, str]:
        given = {column: askers.ask(column, asked) for column in columns}
        return {
            column: said(answer) + _mark(asked, changed)
            for column, (answer, changed) in given.items()
        }

    asks = all_asks(stand)
    with unseen():
        for asked in asks:
            given = answers(asked, table.COLUMNS if asked.method in MAIN else first)
            if asked.method in ODD and not _is_ordinary(given, found[asked.row, "GET"]):
                given |= answers(asked, set(table.COLUMNS) - first)
            line = tuple(given.get(column, table.NOT_ASKED) for column in table.COLUMNS)
            found[asked.row, asked.method] = line
    return found


def _mark(asked: Ask, changed: set[str]) -> str:
    if asked.method != "POST" and changed and changed <= LOOKS:
        return table.LOOKED
    return table.CHANGED * bool(changed)


def _is_ordinary(given: dict[str, str], of_get: tuple[str, ...]) -> bool:
    """Return whether a method is answered like GET, or refused to whoever is signed in."""
    like_get = dict(zip(table.COLUMNS, of_get, strict=True))
    if all(like_get[column] == answer for column, answer in given.items()):
        return True
    return {answer for column, answer in given.items() if column != "nobody"} == {"405"}


def test_the_rights_are_those_of_the_table(stand: Stand) -> None:
    found = table.render(walked(stand))
    if WRITES in os.environ:
        table.FILE.write_text(found)
    expected = table.FILE.read_text().splitlines()
    difference = difflib.unified_diff(
        expected, found.splitlines(), "matrix.txt", "as it is", lineterm="", n=1
    )
    assert list(difference) == [], "Read the difference; if it is meant, run `make rights`."
