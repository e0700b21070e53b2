"""A value with its place, where a form reads it and says what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from attendance.simulate.document import Node
from attendance.simulate.problems import Problems

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Spot:
    """A node, its place, and where to say what is wrong with it."""

    node: Node
    place: str
    problems: Problems

    def wrong(self, text: str) -> None:
        self.problems.add(self.node.line, self.place, text)

    def under(self, key: str, node: Node) -> Spot:
        return Spot(node, f"{self.place}.{key}" if self.place else key, self.problems)

    def at(self, index: int, node: Node) -> Spot:
        return Spot(node, f"{self.place}[{index}]", self.problems)


class Form(Protocol):
    """`read` gives the value, or says what is wrong; then nobody uses what it gave."""

    def read(self, spot: Spot) -> Any: ...
    def schema(self) -> Schema: ...


def shown(node: Node) -> str:
    if isinstance(node.value, dict | list):
        return "a mapping" if isinstance(node.value, dict) else "a list"
    if node.value is None or isinstance(node.value, bool):
        return {None: "nothing", True: "true", False: "false"}[node.value]
    return str(node.value)
