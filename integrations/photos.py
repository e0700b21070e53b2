"""Pictures from outside: judged by size and header first, then decoded and made anew.

`check` looks at the first bytes only and is cheap enough to stand before a punch is recorded.
`sanitise` decodes, and what it returns was encoded here: nothing of the original's metadata,
trailing data or tricks is left. Codes of `Rejected`, each the user's to mend: `picture_empty`,
`picture_too_large`, `picture_heic`, `picture_not_image`, `picture_too_many_pixels`,
`picture_too_small`, and, from decoding, `picture_damaged`, `picture_animated`.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from integrations import picture_headers
from integrations.errors import Rejected

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES: Final = 2 * 1024 * 1024
# What phones call twelve megapixels.
MOST_PIXELS: Final = 4032 * 3024
# An original that somebody sends from their phone: of fifty megapixels, hardly compressed.
MOST_BYTES_OF_ORIGINAL: Final = 15 * 1024 * 1024
_MOST_PIXELS_OF_ORIGINAL: Final = 8192 * 6144
# What iPhones write by themselves; its decoders come under a licence that Muster cannot ship.
_HEIC: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
LEAST_SIDE: Final = 80
STORED_SIDE: Final = 1280
_QUALITY: Final = 85


@dataclass(frozen=True)
class _Bounds:
    """What is taken; a JPEG is decoded at a fraction, so it may be larger than what is not.

    `is_original`: phones hang a second picture, or notes of their own, behind a JPEG. Both are
    left behind when it is made anew.
    """

    bytes: int
    pixels: int
    jpeg_pixels: int
    is_original: bool = False
    least_side: int = LEAST_SIDE

    def pixels_of(self, header: picture_headers.Header) -> int:
        return self.jpeg_pixels if header.format == "JPEG" else self.pixels


_FRAME: Final = _Bounds(MOST_BYTES, MOST_PIXELS, MOST_PIXELS)
_ORIGINAL: Final = _Bounds(
    MOST_BYTES_OF_ORIGINAL, MOST_PIXELS, _MOST_PIXELS_OF_ORIGINAL, is_original=True
)
# A word set in type may be a narrow strip.
LEAST_SIDE_OF_LOGO: Final = 24
LOGO_SIDE: Final = 480
_LOGO: Final = _Bounds(MOST_BYTES, MOST_PIXELS, MOST_PIXELS, least_side=LEAST_SIDE_OF_LOGO)


def check(data: bytes) -> None:
    """Refuse what cannot be a usable picture, without decoding a pixel.

    Raises:
        Rejected: see the module; the bound that was broken is among its values.
    """
    _checked_header(data, _FRAME)


def decode(data: bytes, *, max_side: int) -> Image.Image:
    """Return the picture upright, as RGB, its longest side at most `max_side` pixels.

    Raises:
        Rejected: see the module.
    """
    return _decode(data, max_side, _FRAME)


def _decode(data: bytes, max_side: int, bounds: _Bounds, mode: str = "RGB") -> Image.Image:
    header = _checked_header(data, bounds)
    is_lenient = bounds.is_original and header.format == "JPEG"
    if not picture_headers.is_whole(data, header, may_have_more=is_lenient):
        raise Rejected("picture_damaged")
    try:
        return _decoded(data, header, max_side, mode, may_have_more=is_lenient)
    except (Rejected, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # over foreign bytes a decoder raises anything
        raise Rejected("picture_damaged") from error


def sanitise(data: bytes, max_side: int = STORED_SIDE) -> bytes:
    """Return the picture as a new JPEG: upright, bounded, without any metadata.

    Raises:
        Rejected: see the module.
    """
    return _encoded(decode(data, max_side=max_side))


def from_original(data: bytes, max_side: int = STORED_SIDE) -> bytes:
    """Return a large photo from a phone as `sanitise` returns a frame.

    Raises:
        Rejected: see the module.
    """
    return _encoded(_decode(data, max_side, _ORIGINAL))


def logo(data: bytes) -> bytes:
    """Return a logo as a new PNG without metadata; what was clear stays clear.

    Raises:
        Rejected: see the module.
    """
    picture = _decode(data, LOGO_SIDE, _LOGO, mode="RGBA")
    # Most have no clear part: a third of the size.
    if picture.getchannel("A").getextrema() == (255, 255):
        picture = picture.convert("RGB")
    picture.info.clear()
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _encoded(picture: Image.Image) -> bytes:
    # Saving copies a comment from `info`: start from nothing.
    picture.info.clear()
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _checked_header(data: bytes, bounds: _Bounds) -> picture_headers.Header:
    if not data:
        raise Rejected("picture_empty")
    if len(data) > bounds.bytes:
        raise Rejected("picture_too_large", megabytes=bounds.bytes // 1024**2)
    if bounds.is_original and data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        raise Rejected("picture_heic")
    header = picture_headers.read(data)
    if header is None:
        raise Rejected("picture_not_image")
    most = bounds.pixels_of(header)
    if header.width * header.height > most:
        raise Rejected("picture_too_many_pixels", megapixels=most // 1_000_000)
    if min(header.width, header.height) < bounds.least_side:
        raise Rejected("picture_too_small", pixels=bounds.least_side)
    return header


def _decoded(
    data: bytes, header: picture_headers.Header, max_side: int, mode: str, *, may_have_more: bool
) -> Image.Image:
    from PIL import Image, ImageOps  # noqa: PLC0415  # lazy: no page needs it

    with Image.open(io.BytesIO(data), formats=(header.format,)) as image:
        # What the decoder takes for the size must be what was checked.
        if image.size != (header.width, header.height):
            raise Rejected("picture_damaged")
        if getattr(image, "n_frames", 1) > 1 and not may_have_more:
            raise Rejected("picture_animated")
        # A JPEG is decoded at a half, a quarter or an eighth where that is enough. The size
        # asked for must have the picture's own shape: the side that shrinks least decides.
        shrink = max_side / max(image.size)
        image.draft("RGB", (math.ceil(image.width * shrink), math.ceil(image.height * shrink)))
        upright = ImageOps.exif_transpose(image)
        if upright.mode.startswith("I"):
            # Sixteen bits of grey: turned as they stand, all but the darkest were white.
            upright = upright.point(lambda value: value * (1 / 256), "L")
        picture = upright.convert(mode)
    picture.thumbnail((max_side, max_side))
    return picture
