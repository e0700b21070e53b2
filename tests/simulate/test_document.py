"""Text read as nodes: YAML and JSON alike, and nothing of YAML that JSON has not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from attendance.simulate.document import MOST_DEPTH, read
from attendance.simulate.problems import Problems


def plain(text: str) -> Any:
    problems = Problems()
    node = read(text, problems)
    assert problems.found == []
    assert node is not None
    return node.plain()


def wrong(text: str) -> list[str]:
    problems = Problems()
    read(text, problems)
    return [str(problem) for problem in problems.found]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-03-02", "2026-03-02"),
        ("10:30", "10:30"),
        ("no", "no"),
        ("True", "True"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("''", ""),
        ("'true'", "true"),
        ('"7"', "7"),
        ("7", 7),
        ("-7", -7),
        ("0", 0),
        ("007", "007"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", ".5"),
        (".inf", ".inf"),
        ("9" * 18, 999999999999999999),
        ("{a: [1, b], c:}", {"a": [1, "b"], "c": None}),
        ("<<: {a: 1}", {"<<": {"a": 1}}),
        ("=", "="),
    ],
)
def test_words_mean_what_they_mean_in_json(text: str, value: Any) -> None:
    found = plain(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("indent", [None, 2, "\t"])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_json_is_read_as_it_is(indent: Any, is_ascii: bool) -> None:
    value = {"a": [1, -2, 1.5, True, False, None, "", "ü\n\t/\\\"'😀"], "": {}, "b c:": []}
    assert plain(json.dumps(value, indent=indent, ensure_ascii=is_ascii)) == value


def test_tabs_in_yaml_are_told() -> None:
    assert wrong("a:\n\t- b: 'c\td'") == [
        "2: not YAML: found character '\\t' that cannot start any token"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1: nothing stands in this file"]),
        ("# nothing\n", ["1: nothing stands in this file"]),
        ("a: 1\nb: 2\na: 3", ["3: a: stands here twice"]),
        ("x:\n  a: 1\n  a: 2", ["3: x.a: stands here twice"]),
        ("a: &b 1\nc: *b", ["2: not YAML: aliases are not read"]),
        ("a: 1\n---\nb: 2", ["2: not YAML: but found another document"]),
        ("a: [1,\nb", ["2: not YAML: expected ',' or ']', but got '<stream end>'"]),
        ("a: 1\nb: \x00", ["2: not text: special characters are not allowed"]),
        ("1: a", ["1: a key must be text: 1"]),
        ("? [a]\n: b", ["1: a key must be text: a list or a mapping"]),
        ("a: !!binary abc", ["1: a: tags are not read: binary"]),
        ("a: !mine abc", ["1: a: tags are not read: !mine"]),
        ("a: !!int abc", ["1: a: tags are not read: int"]),
        ("a: !!python/name:os.system ''", ["1: a: tags are not read: python/name:os.system"]),
        (r'a: "\ud83d"', ["1: a: half a character"]),
        ("[" * 1000, ["1: not YAML: too many levels"]),
    ],
)
def test_what_is_no_scenario_at_all_is_told_with_its_line(text: str, expected: list[str]) -> None:
    assert wrong(text) == expected


def test_depth_has_an_end() -> None:
    most = MOST_DEPTH - 1
    assert plain("[" * most + "1" + "]" * most) is not None
    assert wrong("[" * (most + 1) + "1" + "]" * (most + 1)) == ["1: not YAML: too many levels"]


def test_brackets_without_end_and_a_tab_are_told() -> None:
    assert wrong("\t" + "[" * 100_000) != []
