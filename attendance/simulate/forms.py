"""Forms of what holds other values: lists, names, records.

Each form reads a node and tells its JSON Schema. The two must agree: whatever one of them refuses,
the other does too. What no schema can say (a person nobody knows, a range that ends before it
starts) is left to `build`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from attendance.simulate.spot import Form, Schema, Spot, shown
from attendance.simulate.values import MOST_TEXT, Choice


class Row(dict[str, Any]):
    """What a `Record` read: the keys that stand there, and those that have a default."""

    def __init__(self, spot: Spot, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.spot = spot

    def wrong(self, key: str, text: str) -> None:
        """Say what is wrong with the value of a key, or with the row where it has none."""
        inside = self.spot.node.value
        assert isinstance(inside, dict)  # noqa: S101  # a row was read from a mapping
        spot = self.spot.under(key, inside[key]) if key in inside else self.spot
        spot.wrong(text)


@dataclass(frozen=True, slots=True)
class OrNull:
    """The same, or `null`."""

    form: Form

    def read(self, spot: Spot) -> Any:
        return None if spot.node.value is None else self.form.read(spot)

    def schema(self) -> Schema:
        return {"anyOf": [self.form.schema(), {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class Either:
    """A word, or something else."""

    words: Choice
    form: Form

    def read(self, spot: Spot) -> Any:
        is_word = isinstance(spot.node.value, str)
        return (self.words if is_word else self.form).read(spot)

    def schema(self) -> Schema:
        return {"anyOf": [self.words.schema(), self.form.schema()]}


@dataclass(frozen=True, slots=True)
class ListOf:
    form: Form
    least: int = 0
    is_distinct: bool = False

    def read(self, spot: Spot) -> list[Any]:
        items = spot.node.value
        if not isinstance(items, list):
            spot.wrong(f"not a list: {shown(spot.node)}")
            return []
        if len(items) < self.least:
            spot.wrong("an empty list")
        values = [self.form.read(spot.at(i, item)) for i, item in enumerate(items)]
        plain = [item.plain() for item in items]
        if self.is_distinct and any(value in plain[:i] for i, value in enumerate(plain)):
            spot.wrong("something stands here twice")
        return values

    def schema(self) -> Schema:
        found: Schema = {"type": "array", "items": self.form.schema()}
        if self.least:
            found["minItems"] = self.least
        if self.is_distinct:
            found["uniqueItems"] = True
        return found


@dataclass(frozen=True, slots=True)
class Named:
    """Values by the names that the scenario gives them."""

    form: Form

    def read(self, spot: Spot) -> dict[str, Any]:
        inside = spot.node.value
        if not isinstance(inside, dict):
            spot.wrong(f"not a mapping of names: {shown(spot.node)}")
            return {}
        for name, node in inside.items():
            if not 1 <= len(name) <= MOST_TEXT:
                spot.under(name, node).wrong(f"not a name of 1 to {MOST_TEXT} characters")
        return {name: self.form.read(spot.under(name, node)) for name, node in inside.items()}

    def schema(self) -> Schema:
        return {
            "type": "object",
            "propertyNames": {"minLength": 1, "maxLength": MOST_TEXT},
            "additionalProperties": self.form.schema(),
        }


_NONE = object()


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a record. `default` is what the form would have read; absent, the key stays away."""

    form: Form
    is_required: bool = False
    default: Any = _NONE
    about: str = ""

    def schema(self) -> Schema:
        return {**({"description": self.about} if self.about else {}), **self.form.schema()}


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with keys of its own."""

    keys: Mapping[str, Key]

    def read(self, spot: Spot) -> Row:
        inside = spot.node.value
        if not isinstance(inside, dict):
            spot.wrong(f"not a mapping: {shown(spot.node)}")
            return Row(spot, {})
        values: dict[str, Any] = {}
        for name, node in inside.items():
            if name in self.keys:
                values[name] = self.keys[name].form.read(spot.under(name, node))
            else:
                spot.under(name, node).wrong(f"unknown key{meant(name, self.keys)}")
        for name, key in self.keys.items():
            if name not in inside and key.is_required:
                spot.wrong(f"{name} is missing")
            elif name not in inside and key.default is not _NONE:
                values[name] = key.default
        return Row(spot, values)

    def schema(self) -> Schema:
        found: Schema = {
            "type": "object",
            "properties": {name: key.schema() for name, key in self.keys.items()},
            "additionalProperties": False,
        }
        required = [name for name, key in self.keys.items() if key.is_required]
        return {**found, "required": required} if required else found


def meant(name: str, known: Iterable[str]) -> str:
    """A guess at a name that is not `known`, for the end of a sentence."""
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a `OneOf` read: which of the forms, and what it gave."""

    name: str
    row: Row


@dataclass(frozen=True, slots=True)
class OneOf:
    """A mapping with one key, which says what its value is."""

    forms: Mapping[str, Form]

    def read(self, spot: Spot) -> Kind | None:
        inside = spot.node.value
        if not isinstance(inside, dict) or len(inside) != 1:
            spot.wrong(f"not a mapping with one of the keys {', '.join(self.forms)}")
            return None
        ((name, node),) = inside.items()
        if name not in self.forms:
            spot.under(name, node).wrong(f"unknown key{meant(name, self.forms)}")
            return None
        return Kind(name, self.forms[name].read(spot.under(name, node)))

    def schema(self) -> Schema:
        return {
            "type": "object",
            "properties": {name: form.schema() for name, form in self.forms.items()},
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        }


class Reserved:
    """What a later version reads; until then a scenario that uses it is not judged."""

    def read(self, spot: Spot) -> None:
        spot.problems.unsupported.append(spot.place)

    def schema(self) -> Schema:
        return {"$comment": "reserved, not built yet"}
