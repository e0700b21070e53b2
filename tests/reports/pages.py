"""A page's table as its reader sees it: the text of every cell."""

from __future__ import annotations

from html.parser import HTMLParser


class TableReader(HTMLParser):
    """Collects the rows of the first sheet; words for screen readers alone are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.head: list[str] = []
        self.rows: list[list[str]] = []
        self.links: list[list[str | None]] = []
        self._here = ""
        self._hidden = 0
        self._cell: list[str] | None = None
        self._link: str | None = None
        self._in_sheet = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "section" and "sheet" in (found.get("class") or "").split():
            self._in_sheet = True
        if not self._in_sheet:
            return
        if tag in ("thead", "tbody"):
            self._here = tag
        elif tag == "tr" and self._here == "tbody":
            self.rows.append([])
            self.links.append([])
        elif tag in ("td", "th"):
            self._cell, self._link = [], None
        elif tag == "a":
            self._link = found.get("href")
        elif tag == "span" and (self._hidden or "vh" in (found.get("class") or "").split()):
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._in_sheet = False
        if self._cell is None:
            return
        if tag == "span" and self._hidden:
            self._hidden -= 1
        elif tag in ("td", "th"):
            text = "".join(self._cell)
            if self._here == "thead":
                self.head.append(text)
            else:
                self.rows[-1].append("" if text == "·" else text)
                self.links[-1].append(self._link)
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._hidden:
            self._cell.append(data)


def read(text: str) -> TableReader:
    reader = TableReader()
    reader.feed(text)
    return reader
