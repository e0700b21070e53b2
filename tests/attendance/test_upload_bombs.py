"""Pictures made to hurt whoever opens them: each is refused by its code, within bounded memory.

They are opened in a process of their own, whose memory and time the kernel bounds.
"""

from __future__ import annotations

import subprocess
import sys

from tests.repository import ROOT

_MEBIBYTE = 1024**2
# What making a legitimate picture of twelve megapixels anew may take beyond the libraries.
MOST_MEMORY = 260 * _MEBIBYTE
MOST_SECONDS = 60

_OPEN_ALL = """
import io, resource, struct, sys, zlib
from PIL import Image
from integrations import photos
from integrations.errors import Rejected

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

def png(width, height, *chunks, depth=8, colour=2):
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\\x89PNG\\r\\n\\x1a\\n" + b"".join(
        chunk(*each) for each in ((b"IHDR", head), *chunks, (b"IEND", b"")))

def saved(picture, kind, **how):
    stream = io.BytesIO()
    picture.save(stream, kind, **how)
    return stream.getvalue()

def zeros(size):
    packer = zlib.compressobj(9)
    block = bytes(2**20)
    return b"".join([packer.compress(block) for _n in range(size // 2**20)] + [packer.flush()])

grey = Image.new("RGB", (640, 480), (120, 120, 120))
jpeg = saved(grey, "JPEG")
at = jpeg.index(b"\\xff\\xc0")
lying = jpeg[:at + 5] + struct.pack(">HH", 65535, 65535) + jpeg[at + 9:]
half_lying = jpeg[:at + 5] + struct.pack(">HH", 3000, 4000) + jpeg[at + 9:]
flood = zeros(200 * 2**20)
text = b"Comment\\0\\0" + zeros(100 * 2**20)
profile = b"icc\\0\\0" + zeros(100 * 2**20)
line = zlib.compress(bytes(640 * 480 * 3 + 480))
bombs = {
    "a gigapixel": png(32000, 32000, (b"IDAT", zlib.compress(b""))),
    "a JPEG that claims four": lying,
    "a JPEG that claims more than it has": half_lying,
    "a flood behind the pixels": png(640, 480, (b"IDAT", flood)),
    "a text of 100 MB": png(640, 480, (b"zTXt", text), (b"IDAT", line)),
    "a profile of 100 MB": png(640, 480, (b"iCCP", profile), (b"IDAT", line)),
    "twelve megapixels of 16 bits": png(4032, 3024, (b"IDAT", zeros(4032 * 3024 * 8 + 2**20)),
                                        depth=16, colour=6),
    "CMYK": saved(grey.convert("CMYK"), "JPEG"),
    "16 bits of grey": saved(Image.new("I;16", (640, 480)), "PNG"),
    "animated PNG": saved(grey, "PNG", save_all=True, append_images=[grey.rotate(90)] * 3),
    "animated WebP": saved(grey, "WEBP", save_all=True, append_images=[grey.rotate(90)] * 3),
    "a GIF": saved(grey, "GIF"),
    "a TIFF": saved(grey, "TIFF"),
    "a BMP": saved(grey, "BMP"),
    "a JPEG with an archive behind it": jpeg + b"PK\\x05\\x06" + bytes(18),
    "a JPEG with a page behind it": jpeg + b"<html><script>alert(1)</script>",
    "a PDF that says it is a JPEG": b"\\xff\\xd8\\xff%PDF-1.7",
    "an SVG": b"<svg xmlns='http://www.w3.org/2000/svg' width='1e9' height='1e9'/>",
    "half a JPEG": jpeg[: len(jpeg) // 2],
    "a JPEG of forty scans": jpeg[:-2] + jpeg[jpeg.index(b"\\xff\\xda"):-2] * 40 + b"\\xff\\xd9",
    "a WebP that claims a gigapixel": b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X"
        + struct.pack("<II", 10, 0) + (31999).to_bytes(3, "little") * 2 + bytes(8),
}
photos.sanitise(jpeg)
before = resource.getrusage(resource.RUSAGE_SELF)
for name, data in bombs.items():
    if len(data) > photos.MOST_BYTES:
        print(f"{name}: larger than the door takes")
        continue
    try:
        made = photos.sanitise(data)
    except Rejected as error:
        print(f"{name}: {error.code}")
    else:
        with Image.open(io.BytesIO(made)) as picture:
            print(f"{name}: made anew, {picture.format} {picture.mode} {max(picture.size)}")
after = resource.getrusage(resource.RUSAGE_SELF)
print((after.ru_maxrss - before.ru_maxrss) * 1024, after.ru_utime - before.ru_utime,
      file=sys.stderr)
"""
FOUND = {
    "a gigapixel": "picture_too_many_pixels",
    "a JPEG that claims four": "picture_too_many_pixels",
    # What is missing of it is grey.
    "a JPEG that claims more than it has": "made anew, JPEG RGB 1280",
    "a flood behind the pixels": "made anew, JPEG RGB 640",
    "a text of 100 MB": "picture_damaged",
    "a profile of 100 MB": "picture_damaged",
    "twelve megapixels of 16 bits": "made anew, JPEG RGB 1280",
    "CMYK": "made anew, JPEG RGB 640",
    "16 bits of grey": "made anew, JPEG RGB 640",
    "animated PNG": "picture_animated",
    "animated WebP": "picture_animated",
    "a GIF": "picture_not_image",
    "a TIFF": "picture_not_image",
    "a BMP": "picture_not_image",
    "a JPEG with an archive behind it": "picture_damaged",
    "a JPEG with a page behind it": "picture_damaged",
    "a PDF that says it is a JPEG": "picture_not_image",
    "an SVG": "picture_not_image",
    "half a JPEG": "picture_damaged",
    "a JPEG of forty scans": "picture_damaged",
    "a WebP that claims a gigapixel": "picture_too_many_pixels",
}


def test_pictures_that_are_made_to_hurt_do_not() -> None:
    done = subprocess.run(  # noqa: S603  # constant
        [sys.executable, "-c", _OPEN_ALL], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert found == FOUND
    memory, seconds = (float(figure) for figure in done.stderr.split())
    assert memory < MOST_MEMORY, memory // _MEBIBYTE
    assert seconds < MOST_SECONDS
