"""Sealed texts: they open for their purpose, and for nothing else."""

from __future__ import annotations

import base64

import pytest
from pytest_django import Settings

from integrations.errors import Misconfigured
from integrations.sealing import open_text, seal_text

OLD = base64.b64encode(b"o" * 32).decode()
NEW = base64.b64encode(b"n" * 32).decode()


@pytest.fixture(autouse=True)
def keyring(settings: Settings) -> None:
    settings.MUSTER_FACE_KEYS = {"new": NEW, "old": OLD}


def test_a_sealed_text_opens_for_its_purpose() -> None:
    sealed = seal_text("JBSWY3DP", purpose="second factor")
    assert sealed.startswith("new:")
    assert "JBSWY3DP" not in sealed
    assert open_text(sealed, purpose="second factor") == "JBSWY3DP"


def test_the_same_text_never_looks_the_same_twice() -> None:
    assert seal_text("a", purpose="p") != seal_text("a", purpose="p")


def test_a_new_key_in_front_leaves_old_texts_readable(settings: Settings) -> None:
    settings.MUSTER_FACE_KEYS = {"old": OLD}
    sealed = seal_text("a", purpose="p")
    settings.MUSTER_FACE_KEYS = {"new": NEW, "old": OLD}
    assert open_text(sealed, purpose="p") == "a"


@pytest.mark.parametrize("sealed", ["", "nothing", "new:", "new:!!", "gone:AAAA", "old:AAAA"])
def test_what_was_never_sealed_here_does_not_open(sealed: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        open_text(sealed, purpose="p")
    assert caught.value.code == "secret_unreadable"


def test_a_text_opens_for_no_other_purpose() -> None:
    sealed = seal_text("a", purpose="p")
    with pytest.raises(Misconfigured) as caught:
        open_text(sealed, purpose="q")
    assert (caught.value.code, caught.value.values) == ("secret_unreadable", {"key": "new"})
