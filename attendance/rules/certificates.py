"""Certificates of attendance: the code that anybody checks one by, and what its content hashes to.

The alphabet leaves out what looks alike on paper or is heard alike: 0 O, 1 I L, 2 Z, 5 S, 8 B.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
CODE_LENGTH = 12
_GROUP = 4
# What people type, or a word processor makes, between the groups.
_BETWEEN = str.maketrans("", "", " -\u00a0\u2010\u2011\u2012\u2013\u2014_.")
# Far more than a code with whatever stands between its letters.
_LONGEST_TYPED = 60


def grouped(code: str) -> str:
    """Return the code as people read it: XXXX-XXXX-XXXX."""
    return "-".join(code[n : n + _GROUP] for n in range(0, len(code), _GROUP))


def read_code(text: str) -> str | None:
    """Return the code that somebody typed, however they grouped it; None if it can be none."""
    if len(text) > _LONGEST_TYPED:
        return None
    code = text.translate(_BETWEEN).strip().upper()
    is_one = len(code) == CODE_LENGTH and set(code) <= set(ALPHABET)
    return code if is_one else None


def content_hash(code: str, content: Mapping[str, str | int]) -> str:
    """Return the SHA-256 of a certificate: of its code and of all that it says."""
    text = json.dumps({"code": code, **content}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
