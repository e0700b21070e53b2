"""The stand of these tests; whoever asks there rolls back what they did."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.rights.stand import Stand, standing


@pytest.fixture
def stand(db: None) -> Iterator[Stand]:
    """Both companies; every refusal is expected here, so none is logged."""
    logging.disable(logging.CRITICAL)
    with standing() as found:
        yield found
    logging.disable(logging.NOTSET)
