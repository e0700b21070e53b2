"""The rows of a table on a page."""

from __future__ import annotations

from integrations.tables import Cell, Column, Kind, Row, html
from tests.integrations.tables.tables import table

EVIL = '<script>alert("1")</script>'
COLUMNS = (
    Column(key="name", label="Name"),
    Column(key="d1", label="1", head="Mo", kind=Kind.CODE),
    Column(key="late", label="Late", kind=Kind.MINUTES, is_summed=True),
    Column(key="note", label=EVIL),
)


def _body(*rows: Row) -> list[str]:
    found = table(rows, columns=COLUMNS)
    return html.body(found, found.lines()).split("\n")


def test_head_marks_today_and_escapes() -> None:
    assert html.head(table(columns=COLUMNS), today="d1") == (
        '<tr><th scope="col" class="t-name">Name</th>'
        '<th scope="col" class="t-code is-today"><span>Mo</span>1</th>'
        '<th scope="col" class="t-number">Late</th>'
        '<th scope="col" class="t-text">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;</th></tr>'
    )


def test_body_has_groups_rows_and_sums() -> None:
    row = Row(
        (EVIL, Cell("½CL·½P", "warn", True, "Half day"), 67, "x"), "A & B",
        ("/month", "/day", None, None),
    )  # fmt: skip
    said = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"
    assert _body(row) == [
        '<tr class="is-group"><th scope="row" class="t-name">A &amp; B</th>'
        '<td colspan="3"></td></tr>',
        f'<tr><th scope="row" class="t-name"><a href="/month">{said}</a></th>'
        '<td class="t-code"><a class="t-cell is-flagged is-long" data-tone="warn" href="/day" '
        'aria-label="½CL·½P, Half day">½CL·½P</a></td>'
        '<td class="t-number">1:07</td><td class="t-text">x</td></tr>',
        '<tr class="is-sum"><th scope="row" class="t-name">A &amp; B, together</th>'
        '<td class="t-code"></td><td class="t-number">1:07</td><td class="t-text"></td></tr>',
        '<tr class="is-sum"><th scope="row" class="t-name">All</th>'
        '<td class="t-code"></td><td class="t-number">1:07</td><td class="t-text"></td></tr>',
    ]


def test_an_empty_day_can_be_opened_and_is_said_in_words() -> None:
    row = Row(("Maya", Cell("", "open", False, "Still open"), None, ""), "", (None, "/day"))
    assert (
        '<a class="t-cell" data-tone="open" href="/day" aria-label="Still open">·</a>'
        in _body(row)[1]
    )
    closed = Row(("Maya", Cell("", "none", False, "Not employed"), None, ""))
    assert (
        '<span class="t-cell" data-tone="none"><span class="vh"> Not employed</span></span>'
        in _body(closed)[1]
    )
    bare = Row(("Maya", Cell("P", "good"), None, ""), "", (None, "/day"))
    assert 'aria-label="P"' in _body(bare)[1]
    assert '<span class="t-cell" data-tone="">P</span>' in _body(Row(("M", Cell("P"), None, "")))[1]


def test_a_group_of_one_column_spans_nothing() -> None:
    found = table([Row(("Maya",), "A")], columns=COLUMNS[:1], total_label="")
    first = html.body(found, found.lines()).split("\n")[0]
    assert first == '<tr class="is-group"><th scope="row" class="t-name">A</th></tr>'
