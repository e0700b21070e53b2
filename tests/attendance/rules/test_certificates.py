"""Codes of certificates as people type them, and what their content hashes to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.rules.certificates import (
    ALPHABET,
    CODE_LENGTH,
    content_hash,
    grouped,
    read_code,
)

_CODES = st.text(st.sampled_from(ALPHABET), min_size=CODE_LENGTH, max_size=CODE_LENGTH)


def test_the_alphabet_has_nothing_that_looks_alike() -> None:
    assert not set(ALPHABET) & set("0O1IL2Z5S8B")
    assert len(set(ALPHABET)) == len(ALPHABET) == 25


@given(_CODES)
def test_a_code_is_read_as_it_was_grouped(code: str) -> None:
    assert grouped(code) == f"{code[:4]}-{code[4:8]}-{code[8:]}"
    for typed in (code, grouped(code), grouped(code).lower(), f" {grouped(code)} \n"):
        assert read_code(typed) == code
    assert read_code(grouped(code).replace("-", " \u2013 ")) == code


@given(st.text(max_size=100))
def test_whatever_is_typed_gives_a_code_or_none(text: str) -> None:
    found = read_code(text)
    assert found is None or (len(found) == CODE_LENGTH and set(found) <= set(ALPHABET))


@pytest.mark.parametrize(
    "text",
    ["", "ACDE-FGHJ", "ACDE-FGHJ-KMN0", "ACDE-FGHJ-KMNP-Q", "ACDE/FGHJ/KMNP", "A" * 61,
     "ACDEFGHJKMN\0", "ACDE-FGHJ-KM\u00d1P"],
)  # fmt: skip
def test_what_can_be_no_code_is_none(text: str) -> None:
    assert read_code(text) is None


def test_the_hash_is_of_the_code_and_of_every_word() -> None:
    content: dict[str, str | int] = {"name": "Maya", "present_halves": 3}
    known = content_hash("ACDEFGHJKMNP", content)
    # echo -n '{"code": "ACDEFGHJKMNP", "name": "Maya", "present_halves": 3}' | sha256sum
    assert known == "cc6c5ab296577b0395607f1958aee367568326ac9ccb45f0302bead61f2d1642"
    assert content_hash("ACDEFGHJKMNP", dict(reversed(content.items()))) == known
    others = (
        content_hash("ACDEFGHJKMNQ", content),
        content_hash("ACDEFGHJKMNP", {**content, "present_halves": 4}),
        content_hash("ACDEFGHJKMNP", {**content, "remark": ""}),
    )
    assert known not in others and len(set(others)) == 3
