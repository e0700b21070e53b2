"""Pictures from outside: what is refused, and what is left of the rest."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageOps

from integrations import photos
from integrations.errors import Rejected
from tests.integrations import pictures

RED, BLUE = (200, 30, 30), (30, 30, 200)
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def refusal(data: bytes) -> str:
    with pytest.raises(Rejected) as caught:
        photos.sanitise(data)
    return caught.value.code


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, body in (*chunks, (b"IEND", b"")):
        parts.append(struct.pack(">I", len(body)) + kind + body)
        parts.append(struct.pack(">I", zlib.crc32(kind + body)))
    return b"".join(parts)


def png_size(width: int, height: int) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)


def png_claiming(width: int, height: int) -> bytes:
    return png(png_size(width, height), (b"IDAT", zlib.compress(b"\0" * 100_000)))


def half_and_half(**options: object) -> bytes:
    """Return a JPEG of 200 × 100, red on the left and blue on the right."""
    picture = pictures.plain(200, 100, RED)
    picture.paste(pictures.plain(100, 100, BLUE), (100, 0))
    return pictures.jpeg(picture, **options)


def is_red(picture: Image.Image, at: tuple[int, int]) -> bool:
    pixel = picture.getpixel(at)
    assert isinstance(pixel, tuple)
    return pixel[0] > 150 and pixel[2] < 100


# --- check: size and header only ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code", "values"),
    [
        (b"", "picture_empty", {}),
        (b"\xff\xd8\xff" + b"\0" * 2 * 1024**2, "picture_too_large", {"megabytes": 2}),
        (b"%PDF-1.7 and so on", "picture_not_image", {}),
        (png_claiming(50_000, 50_000), "picture_too_many_pixels", {"megapixels": 12}),
        (png_claiming(4033, 3024), "picture_too_many_pixels", {"megapixels": 12}),
        (pictures.jpeg(pictures.plain(79, 400)), "picture_too_small", {"pixels": 80}),
        (pictures.jpeg(pictures.plain(400, 79)), "picture_too_small", {"pixels": 80}),
    ],
)
def test_check_refuses_with_code_and_bound(data: bytes, code: str, values: dict[str, int]) -> None:
    with pytest.raises(Rejected) as caught:
        photos.check(data)

    assert (caught.value.code, caught.value.values) == (code, values)


@pytest.mark.parametrize("size", [(80, 80), (4032, 3024), (640, 480)])
def test_check_accepts_up_to_the_bounds(size: tuple[int, int]) -> None:
    photos.check(pictures.jpeg(pictures.plain(*size)))


def test_check_decodes_no_pixels() -> None:
    whole = pictures.jpeg(pictures.plain(640, 480))
    header_only = whole[: whole.index(b"\xff\xda")]

    photos.check(header_only)
    assert refusal(header_only) == "picture_damaged"


# --- sanitise ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_sanitise_returns_jpeg_of_the_same_picture(kind: str) -> None:
    clean = photos.sanitise(pictures.encoded(pictures.plain(640, 480, RED), kind))

    with Image.open(io.BytesIO(clean)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (640, 480))
        assert is_red(picture, (320, 240))


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("L", "JPEG"), ("CMYK", "JPEG"), ("RGBA", "PNG"), ("P", "PNG"), ("I;16", "PNG")],
)
def test_sanitise_turns_every_colour_mode_into_rgb(mode: str, kind: str) -> None:
    picture = Image.new(mode, (100, 90))

    assert pictures.opened(photos.sanitise(pictures.encoded(picture, kind))).size == (100, 90)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4032, 3024), (1280, 960)),
        ((3024, 4032), (960, 1280)),
        ((1281, 100), (1280, 100)),
        ((640, 480), (640, 480)),
    ],
)
def test_sanitise_bounds_the_longest_side(size: tuple[int, int], expected: tuple[int, int]) -> None:
    clean = photos.sanitise(pictures.jpeg(pictures.plain(*size)))

    assert pictures.opened(clean).size == expected


def test_decode_of_a_large_jpeg_skips_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pictures.jpeg(pictures.plain(4000, 3000))
    decoded: list[tuple[int, int]] = []
    transpose = ImageOps.exif_transpose

    def spy(image: Image.Image) -> Image.Image:
        decoded.append(image.size)
        upright: Image.Image = transpose(image)
        return upright

    monkeypatch.setattr(ImageOps, "exif_transpose", spy)

    assert photos.decode(data, max_side=800).size == (800, 600)
    assert decoded == [(1000, 750)]


def test_sanitise_turns_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the camera was turned: show it a quarter turn clockwise

    clean = pictures.opened(photos.sanitise(half_and_half(exif=exif)))

    assert clean.size == (100, 200)
    assert [is_red(clean, (50, 20)), is_red(clean, (50, 180))] == [True, False]


def test_sanitise_leaves_no_metadata() -> None:
    exif = Image.Exif()
    exif[MAKER] = "SECRET camera"
    exif.get_ifd(GPS)[1] = "SECRET place"
    data = half_and_half(
        exif=exif, comment=b"SECRET comment", xmp=b"SECRET xmp", icc_profile=b"SECRET profile"
    )
    assert data.count(b"SECRET") == 5

    clean = photos.sanitise(data)

    assert clean.count(b"SECRET") == 0
    with Image.open(io.BytesIO(clean)) as picture:
        assert dict(picture.getexif()) == {}
        assert sorted(picture.info) == ["jfif", "jfif_density", "jfif_unit", "jfif_version"]


def test_sanitise_leaves_nothing_of_a_script_hidden_in_the_picture() -> None:
    data = half_and_half(comment=b"*/=alert(document.cookie)/*<script src=//x></script>PK\x03\x04")

    clean = photos.sanitise(data)

    assert [clean.count(part) for part in (b"alert", b"<script", b"PK\x03\x04")] == [0, 0, 0]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
def test_sanitise_ignores_broken_exif() -> None:
    data = half_and_half(exif=b"Exif\0\0MM\0*\0\0\0\x08" + b"\xff" * 40)

    assert pictures.opened(photos.sanitise(data)).size == (200, 100)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("change", ["half", "last byte", "archive behind", "page behind"])
def test_sanitise_refuses_cut_and_lengthened_files(kind: str, change: str) -> None:
    whole = pictures.encoded(Image.effect_noise((300, 300), 80).convert("RGB"), kind)
    changed = {
        "half": whole[: len(whole) // 2],
        "last byte": whole[:-1],
        "archive behind": whole + b"PK\x05\x06" + b"\0" * 18,
        "page behind": whole + b"<html><script>alert(1)</script></html>",
    }[change]

    assert refusal(changed) == "picture_damaged"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_sanitise_refuses_animations(kind: str) -> None:
    frames = [pictures.plain(100, 100, RED), pictures.plain(100, 100, BLUE)]
    data = pictures.encoded(frames[0], kind, save_all=True, append_images=frames[1:])

    assert refusal(data) == "picture_animated"


def test_sanitise_refuses_a_second_size_hidden_behind_the_first() -> None:
    pixels = (b"IDAT", zlib.compress(b"\0" * (200 * 3 + 1) * 200))

    assert pictures.opened(photos.sanitise(png(png_size(200, 200), pixels))).size == (200, 200)
    assert refusal(png(png_size(100, 100), png_size(200, 200), pixels)) == "picture_damaged"


def test_sanitise_refuses_a_decompression_bomb() -> None:
    assert refusal(png_claiming(30_000, 30_000)) == "picture_too_many_pixels"


def test_sanitise_refuses_pixels_that_do_not_match_the_header() -> None:
    assert refusal(png_claiming(3000, 3000)) == "picture_damaged"


def test_sanitise_does_not_blame_the_picture_for_a_lack_of_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_memory(*_args: object, **_named: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image, "open", no_memory)

    with pytest.raises(MemoryError):
        photos.sanitise(half_and_half())


# --- originals from a phone ---------------------------------------------------------------------
def _refused_original(data: bytes) -> str:
    with pytest.raises(Rejected) as caught:
        photos.from_original(data)
    return caught.value.code


def test_an_original_of_fifty_megapixels_becomes_a_picture_of_ours() -> None:
    clean = photos.from_original(pictures.jpeg(pictures.plain(8192, 6144)))

    assert pictures.opened(clean).size == (1280, 960)
    photos.check(clean)


def test_an_original_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right
    clean = photos.from_original(half_and_half(exif=exif))

    with Image.open(io.BytesIO(clean)) as picture:
        assert picture.size == (100, 200)
        assert is_red(picture, (50, 20))
        assert not picture.getexif()


def test_what_a_phone_hangs_behind_an_original_is_left_behind() -> None:
    first, second = pictures.plain(200, 100, RED), pictures.plain(200, 100)
    stream = io.BytesIO()
    first.save(stream, "MPO", save_all=True, append_images=[second])
    for original in (pictures.jpeg(first) + b"\0\0SEFHk\0\0\0SEFT", stream.getvalue()):
        assert refusal(original) in ("picture_damaged", "picture_animated")
        with Image.open(io.BytesIO(photos.from_original(original))) as picture:
            assert (picture.format, picture.size) == ("JPEG", (200, 100))
            assert is_red(picture, (100, 50))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\0\0\0\x24ftypheic\0\0\0\0mif1miafheic", "picture_heic"),
        (b"\0\0\0\x24ftypavif\0\0\0\0mif1", "picture_not_image"),
        (b"\xff\xd8\xff" + b"\0" * 15 * 1024**2, "picture_too_large"),
        (png_claiming(4033, 3024), "picture_too_many_pixels"),
        (pictures.jpeg(pictures.plain(400, 300))[:-400], "picture_damaged"),
    ],
)
def test_an_original_is_refused_with_its_own_bounds(data: bytes, code: str) -> None:
    assert _refused_original(data) == code


# --- a logo: a PNG whose clear parts stay clear -------------------------------------------------


def _logo(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(photos.logo(data))) as made:
        made.load()
        return made


def test_a_logo_keeps_its_clear_parts_and_loses_what_it_says_of_its_maker() -> None:
    sent = Image.new("RGBA", (960, 120), (0, 0, 0, 0))
    sent.paste((*RED, 255), (0, 0, 480, 120))
    made = _logo(pictures.encoded(sent, "PNG", pnginfo=None, dpi=(300, 300)))
    assert (made.format, made.mode, made.size) == ("PNG", "RGBA", (480, 60))
    assert made.getpixel((10, 30)) == (*RED, 255)
    assert made.getpixel((470, 30)) == (0, 0, 0, 0)
    assert made.info == {}


def test_a_logo_without_clear_parts_has_no_channel_for_them() -> None:
    made = _logo(pictures.jpeg(pictures.plain(200, 24, BLUE)))
    assert (made.mode, made.size) == ("RGB", (200, 24))


def test_a_logo_may_be_a_strip_but_no_line() -> None:
    with pytest.raises(Rejected) as caught:
        photos.logo(pictures.encoded(pictures.plain(200, 23), "PNG"))
    assert (caught.value.code, caught.value.values) == ("picture_too_small", {"pixels": 24})


def test_a_logo_of_sixteen_bits_keeps_its_greys() -> None:
    sent = Image.new("I;16", (64, 32), 20000)
    assert _logo(pictures.encoded(sent, "PNG")).getpixel((5, 5)) == (78, 78, 78)
