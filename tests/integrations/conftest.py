"""Fixtures of the adapters' tests: the real face engine, loaded once, and real portraits."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image

from integrations import faces
from integrations.faces.dlib_engine import DlibEngine
from integrations.faces.protocol import FaceReading, Purpose
from tests import portraits
from tests.integrations import pictures


@pytest.fixture(scope="session")
def dlib_engine() -> DlibEngine:
    engine = faces.engine()
    assert isinstance(engine, DlibEngine)
    return engine


@pytest.fixture
def face() -> Callable[[str], Image.Image]:
    """Return portraits as pictures of at most 1024 pixels, to be changed by tests."""

    def opened(name: str) -> Image.Image:
        picture = pictures.opened(portraits.portrait(name))
        picture.thumbnail((1024, 1024))
        return picture

    return opened


@pytest.fixture
def read(dlib_engine: DlibEngine) -> Callable[..., FaceReading]:
    """Read a picture as the page would have sent it."""

    def reading(picture: Image.Image, purpose: Purpose = Purpose.CHECK) -> FaceReading:
        return dlib_engine.read(pictures.jpeg(picture), purpose=purpose)

    return reading
