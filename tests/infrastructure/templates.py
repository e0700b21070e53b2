"""The CloudFormation templates as tests see them: parsed, with each `!Function` a dictionary."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, Final

import yaml

from tests.repository import ROOT

FOLDER: Final = ROOT / "infrastructure"
NAMES: Final = ("alarms", "base", "database", "pipeline", "wiring")


class _Loader(yaml.SafeLoader):
    """Reads `!Ref x` as `{"Ref": "x"}` and `!Sub x` as `{"Fn::Sub": "x"}`."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _function)


@functools.cache
def template(name: str) -> dict[str, Any]:
    """Return a template by its name."""
    found: dict[str, Any] = yaml.load((FOLDER / f"{name}.yaml").read_text(), _Loader)  # noqa: S506  # a safe one
    return found


def resources(name: str, kind: str = "") -> dict[str, dict[str, Any]]:
    """Return the resources of a template by name, all or those of one type."""
    found = template(name)["Resources"]
    return {key: item for key, item in found.items() if not kind or item["Type"] == kind}


def everywhere(kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of all resources of a type, by `template.name`."""
    return {
        f"{name}.{key}": item.get("Properties", {})
        for name in NAMES
        for key, item in resources(name, kind).items()
    }


def of(name: str, resource: str) -> dict[str, Any]:
    """Return the properties of one resource."""
    found: dict[str, Any] = template(name)["Resources"][resource]["Properties"]
    return found


def statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the statements of a policy, each with lists of actions and resources."""
    return [
        {**statement, "Action": listed(statement["Action"]),
         "Resource": listed(statement.get("Resource", []))}
        for statement in document["Statement"]
    ]  # fmt: skip


def listed(value: Any) -> list[Any]:
    """Return a list as it is, anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def words(value: Any) -> Iterator[str]:
    """Yield every string in a value, however deep."""
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield str(key)
                yield from words(item)
        case list():
            for item in value:
                yield from words(item)
