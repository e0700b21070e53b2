"""The table of `matrix.txt`: one line a row and answer, methods that answer alike in one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.rights.asks import MAIN, ODD
from tests.rights.stand import ROLES

FILE = Path(__file__).with_name("matrix.txt")
COLUMNS = tuple(role.column for role in ROLES)
CHANGED, LOOKED, NOT_ASKED = "*", "+", "."
# Where most refusals and entrances lead, in short.
SHORT = {
    "302 /sign-in/": "in", "302 /companies/": "co", "302 /": "home", "302 /admin/": "adm",
    "302 /operator/": "opr", "302 /admin/login/": "in-a", "302 /operator/login/": "in-o",
}  # fmt: skip
# (row, method): the answer to each column.
Table = dict[tuple[str, str], tuple[str, ...]]
_HEAD = """\
# Who may do what. Written by `make rights`; read every line of a difference before you commit it.
#
# A row is an address by its name (or a door, a file), and in [brackets] what is asked of it. The
# rows asked for are Maya's, of one company; those "[of HR]" are HR's own; "[filled in]" sends a
# body that is right in all but, perhaps, who sends it.
# An answer is its status, or where it leads:
# {short}; `>N` as said at the line's end.
# An asterisk: the database was changed. A plus: only the look itself was written down.
# A point: not asked. {odd} are asked by {few};
# by everybody where they are answered otherwise than GET and than 405.
#
{roles}
"""


def short(said: str) -> str:
    """Return the answer as the table writes it, but for far targets."""
    return SHORT.get(said, said)


def _head() -> str:
    words = ", ".join(f"{code} = {said.removeprefix('302 ')}" for said, code in SHORT.items())
    roles = "\n".join(f"# {role.column:7} {role.words}" for role in ROLES)
    few = ", ".join(role.column for role in ROLES if role.is_first)
    return _HEAD.format(short=words, roles=roles, odd=", ".join(ODD), few=few)


def _cells(answers: Iterable[str]) -> tuple[list[str], str]:
    """Return the cells of a line, and what its numbers mean."""
    targets: dict[str, str] = {}
    cells = []
    for answer in answers:
        said = answer.rstrip(CHANGED + LOOKED)
        star = answer.removeprefix(said)
        code = short(said)
        if " " in code:
            code = targets.setdefault(code, f">{len(targets) + 1}")
        cells.append(code + star)
    return cells, "  ".join(f"{code}={said.removeprefix('302 ')}" for said, code in targets.items())


def _alike(table: Table, row: str) -> list[tuple[tuple[str, ...], list[str]]]:
    """Return the row's lines: methods that everybody who asked was answered alike, in one."""
    lines: list[tuple[tuple[str, ...], list[str]]] = []
    for method in (*MAIN, *ODD):
        answers = table.get((row, method))
        if answers is None:
            continue
        for known, methods in lines:
            if all(one in (NOT_ASKED, other) for one, other in zip(answers, known, strict=True)):
                methods.append(method)
                break
        else:
            lines.append((answers, [method]))
    return lines


def _methods(methods: list[str]) -> str:
    return "every method" if len(methods) == len(MAIN + ODD) else ",".join(methods)


def render(table: Table) -> str:
    """Return the text of the table."""
    width = max(len(column) for column in COLUMNS) + 1
    lines = [_head()]
    rows = list(dict.fromkeys(row for row, _method in table))
    for row in sorted(rows):
        lines += ["", row]
        for answers, methods in _alike(table, row):
            cells, targets = _cells(answers)
            line = "".join(f"{cell:<{width}}" for cell in cells) + targets
            lines.append(f"  {_methods(methods):<36}{line}".rstrip())
    heads = "".join(f"{column:<{width}}" for column in COLUMNS).rstrip()
    lines.insert(1, f"  {'':36}{heads}")
    return "\n".join(lines) + "\n"


def read(text: str) -> Table:
    """Return what the text of a table says."""
    found: Table = {}
    row = ""
    long = {code: said for said, code in SHORT.items()}
    for line in text.splitlines():
        if not line or line.startswith("#") or line.split() == list(COLUMNS):
            continue
        if not line.startswith(" "):
            row = line
            continue
        methods, *words = line.replace("every method", ",".join(MAIN + ODD)).split()
        cells, targets = words[: len(COLUMNS)], words[len(COLUMNS) :]
        far = dict(item.split("=", 1) for item in targets)
        for method in methods.split(","):
            found[row, method] = tuple(_long(cell, long, far) for cell in cells)
    return found


def _long(cell: str, long: dict[str, str], far: dict[str, str]) -> str:
    code = cell.rstrip(CHANGED + LOOKED)
    star = cell.removeprefix(code)
    said = f"302 {far[code]}" if code in far else long.get(code, code)
    return said + star
