"""Small makers of picture files for tests."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(picture: Image.Image, **options: Any) -> bytes:
    return encoded(picture, "JPEG", quality=92, **options)


def plain(width: int, height: int, colour: tuple[int, int, int] = (90, 120, 150)) -> Image.Image:
    return Image.new("RGB", (width, height), colour)


def opened(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB")


def on_grey(picture: Image.Image, size: tuple[int, int], at: tuple[int, int]) -> Image.Image:
    canvas = plain(*size, (128, 128, 128))
    canvas.paste(picture, at)
    return canvas
