"""Pictures from outside: judged by size and header first, then decoded and made anew.

`check` looks at the first bytes only and is cheap enough to stand before a punch is recorded.
`sanitise` decodes, and what it returns was encoded here: nothing of the original's metadata,
trailing data or tricks is left. Codes of `Rejected`, each the user's to mend: `picture_empty`,
`picture_too_large`, `picture_not_image`, `picture_too_many_pixels`, `picture_too_small`, and,
from decoding, `picture_damaged`, `picture_animated`.
"""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Final

from integrations import picture_headers
from integrations.errors import Rejected

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES: Final = 2 * 1024 * 1024
# What phones call twelve megapixels.
MOST_PIXELS: Final = 4032 * 3024
LEAST_SIDE: Final = 80
STORED_SIDE: Final = 1280
_QUALITY: Final = 85


def check(data: bytes) -> None:
    """Refuse what cannot be a usable picture, without decoding a pixel.

    Raises:
        Rejected: see the module; the bound that was broken is among its values.
    """
    _checked_header(data)


def decode(data: bytes, *, max_side: int) -> Image.Image:
    """Return the picture upright, as RGB, its longest side at most `max_side` pixels.

    Raises:
        Rejected: see the module.
    """
    header = _checked_header(data)
    if not picture_headers.is_whole(data, header):
        raise Rejected("picture_damaged")
    try:
        return _decoded(data, header, max_side)
    except (Rejected, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # over foreign bytes a decoder raises anything
        raise Rejected("picture_damaged") from error


def sanitise(data: bytes, max_side: int = STORED_SIDE) -> bytes:
    """Return the picture as a new JPEG: upright, bounded, without any metadata.

    Raises:
        Rejected: see the module.
    """
    picture = decode(data, max_side=max_side)
    # Saving copies a comment from `info`: start from nothing.
    picture.info.clear()
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _checked_header(data: bytes) -> picture_headers.Header:
    if not data:
        raise Rejected("picture_empty")
    if len(data) > MOST_BYTES:
        raise Rejected("picture_too_large", megabytes=MOST_BYTES // 1024**2)
    header = picture_headers.read(data)
    if header is None:
        raise Rejected("picture_not_image")
    if header.width * header.height > MOST_PIXELS:
        raise Rejected("picture_too_many_pixels", megapixels=MOST_PIXELS // 1_000_000)
    if min(header.width, header.height) < LEAST_SIDE:
        raise Rejected("picture_too_small", pixels=LEAST_SIDE)
    return header


def _decoded(data: bytes, header: picture_headers.Header, max_side: int) -> Image.Image:
    from PIL import Image, ImageOps  # noqa: PLC0415  # lazy: no page needs it

    with Image.open(io.BytesIO(data), formats=(header.format,)) as image:
        # What the decoder takes for the size must be what was checked.
        if image.size != (header.width, header.height):
            raise Rejected("picture_damaged")
        if getattr(image, "n_frames", 1) > 1:
            raise Rejected("picture_animated")
        # A JPEG is decoded at a half, a quarter or an eighth where that is enough. The size
        # asked for must have the picture's own shape: the side that shrinks least decides.
        shrink = max_side / max(image.size)
        image.draft("RGB", (math.ceil(image.width * shrink), math.ceil(image.height * shrink)))
        picture = ImageOps.exif_transpose(image).convert("RGB")
    picture.thumbnail((max_side, max_side))
    return picture
