"""The three kinds of failure of an adapter."""

from __future__ import annotations

import pytest

from integrations.errors import IntegrationError, Misconfigured, Rejected, Unavailable


@pytest.mark.parametrize("kind", [Unavailable, Rejected, Misconfigured])
def test_error_carries_code_and_values(kind: type[IntegrationError]) -> None:
    error = kind("picture_too_small", pixels=80)

    assert (error.code, error.values) == ("picture_too_small", {"pixels": 80})
    assert str(error) == "picture_too_small (pixels=80)"


def test_error_without_values_reads_as_its_code() -> None:
    assert str(Unavailable("throttled")) == "throttled"


def test_kinds_are_told_apart() -> None:
    kinds = (Unavailable, Rejected, Misconfigured)

    assert [[issubclass(one, other) for other in kinds] for one in kinds] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
