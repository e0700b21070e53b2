"""Items of the journal: said in JSON and read back, and nothing in them names a person."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from integrations.errors import Rejected
from integrations.journal.protocol import Item, from_json, to_json
from tests.journal import TAP, entry_item, frame_item, punch_item

# Ids that mean nothing by themselves, instants, codes. No name, no address, no words of anybody.
SAID = {
    "punch": {
        "is", "company", "employee", "tap_id", "public_id", "occurred_at", "zone",
        "utc_offset_minutes", "device_at", "direction", "source", "no_frame", "has_frame",
    },
    "frame": {
        "is", "company", "employee", "tap_id", "occurred_at", "storage_key", "sha256", "size",
        "problem", "expires_at",
    },
    "entry": {
        "is", "company", "employee", "tap_id", "key_of_entry", "kind", "values", "by_kind", "by_id",
        "occurred_at",
    },
}  # fmt: skip
MAKERS: dict[str, Callable[..., Item]] = {
    "punch": punch_item, "frame": frame_item, "entry": entry_item,
}  # fmt: skip


@pytest.mark.parametrize("kind", SAID)
def test_an_item_says_this_and_no_more_and_is_read_back(kind: str) -> None:
    item = MAKERS[kind]()
    said = json.loads(json.dumps(to_json(item)))
    assert (set(said), said["is"]) == (SAID[kind], kind)
    assert from_json(said) == item


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("punch", {"is": "picture"}),
        ("punch", {"tap_id": "not an id"}),
        ("punch", {"occurred_at": "2026-03-02T09:04"}),
        ("punch", {"occurred_at": None}),
        ("punch", {"occurred_at": 5}),
        ("punch", {"utc_offset_minutes": "345"}),
        ("punch", {"zone": None}),
        ("entry", {"values": []}),
        ("frame", {"expires_at": "never"}),
    ],
)
def test_what_is_no_item_is_malformed(kind: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match="^journal_malformed$"):
        from_json(to_json(MAKERS[kind]()) | changes)


def test_an_item_that_lacks_something_is_malformed() -> None:
    said = to_json(punch_item())
    del said["direction"]
    with pytest.raises(Rejected, match="^journal_malformed$"):
        from_json(said)


def test_an_id_is_read_however_it_is_written() -> None:
    said = to_json(punch_item()) | {"tap_id": TAP.upper()}
    assert from_json(said) == punch_item()
