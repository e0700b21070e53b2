"""The text of a scenario as nodes that know their line. JSON is YAML, so one reader reads both.

Words mean what they mean in JSON: `true` and `false`, `null`, whole numbers, numbers; all else is
text. So `2026-03-02`, `10:30` and `no` are text, quoted or not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from attendance.simulate.problems import Problems

# Nothing in a scenario lies deeper than half of this; a file of brackets alone ends here.
MOST_DEPTH = 16

Scalar = str | int | float | bool | None
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Node:
    """A value, and the line on which it begins; of a value under a key the line of the key."""

    value: Scalar | list[Node] | dict[str, Node]
    line: int

    def plain(self) -> Any:
        """The value as JSON knows it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


_SCALARS: tuple[tuple[str, str, Callable[[str], Scalar]], ...] = (
    ("null", r"(?:null|~|)", lambda text: None),
    ("bool", r"(?:true|false)", lambda text: text == "true"),
    ("int", r"-?(?:0|[1-9]\d{0,17})", int),
    ("float", r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?", float),
)


class _Loader(yaml.SafeLoader):
    """Composes nodes; knows only the words of JSON, and no aliases."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise self._refused("aliases are not read")
        if self._depth == MOST_DEPTH:
            raise self._refused("too many levels")
        self._depth += 1
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _refused(self, problem: str) -> yaml.MarkedYAMLError:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        return yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


for _name, _pattern, _convert in _SCALARS:
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"{_pattern}\Z"), None)


def read(text: str, problems: Problems) -> Node | None:
    """The root of the document; None where it is none, with the reason in `problems`."""
    try:
        root = _Loader(_with_blanks(text)).get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add(mark.line + 1 if mark else 1, "", f"not YAML: {error.problem}")
        return None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problems.add(line, "", f"not text: {error.reason}")
        return None
    if root is None:
        problems.add(1, "", "nothing stands in this file")
        return None
    return _node(root, root.start_mark.line + 1, "", problems)


def _with_blanks(text: str) -> str:
    """JSON may be indented by tabs, which YAML refuses; inside its strings there are none."""
    if "\t" not in text:
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text.replace("\t", " ")


def _node(node: yaml.Node, line: int, place: str, problems: Problems) -> Node:
    if isinstance(node, yaml.MappingNode):
        return Node(_mapping(node, place, problems), line)
    if isinstance(node, yaml.SequenceNode):
        items = [
            _node(item, item.start_mark.line + 1, f"{place}[{i}]", problems)
            for i, item in enumerate(node.value)
        ]
        return Node(items, line)
    return Node(_scalar(node, line, place, problems), line)


def _mapping(node: yaml.MappingNode, place: str, problems: Problems) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if key_node.tag != f"{_TAG}str" or not isinstance(key_node, yaml.ScalarNode):
            problems.add(line, place, f"a key must be text: {_shown(key_node)}")
            continue
        key = str(_scalar(key_node, line, place, problems))
        inner = f"{place}.{key}" if place else key
        if key in found:
            problems.add(line, inner, "stands here twice")
        found[key] = _node(value_node, line, inner, problems)
    return found


def _shown(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else "a list or a mapping"


def _scalar(node: yaml.Node, line: int, place: str, problems: Problems) -> Scalar:
    for name, pattern, convert in _SCALARS:
        if node.tag == _TAG + name and re.fullmatch(pattern, node.value):
            return convert(node.value)
    if node.tag != f"{_TAG}str":
        problems.add(line, place, f"tags are not read: {node.tag.removeprefix(_TAG)}")
    try:
        # JSON writes what lies beyond 16 bits in two halves.
        return str(node.value).encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        problems.add(line, place, "half a character")
        return ""
