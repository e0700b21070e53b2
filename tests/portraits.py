"""Portraits of two public persons for the tests: fetched as data, by hash, never committed.

They stand in the source archive of face_recognition 1.3.0 on the Python package index.
`python -m tests.portraits [DIR]` asks pip for it, which reads its own settings, and unpacks the
pictures; where they are already there, it does nothing. Nothing of the archive is run or
installed: pip wants to know a source archive's metadata even when it only downloads, and gets
it from a stand-in for the build tool, so that no `setup.py` runs.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import math
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

FOLDER: Final = Path(__file__).resolve().parent.parent / ".cache" / "portraits"
_ARCHIVE: Final = "face_recognition-1.3.0"
_REQUIREMENT: Final = (
    "face_recognition==1.3.0 "
    "--hash=sha256:5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec\n"
)
_SHA256: Final = {
    "biden": "3c17508bb91554c637a2eabddfae790e5bb1caba93130814fc2ac50be9760c4c",
    "obama": "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
    "obama2": "a7efcc907375274796f39646510704aa86672d59f6d5469d69af3c85590976a6",
    "obama3": "76ac6bf97c36dc2da0ad16a537d6a5ac1b10f48d49aac29a0cca9a17cdbc3ca3",
    "obama_partial_face": "c2d1f09e7ef3042352b41e41286e6eb0522f64f88308be13886991b95db52117",
    "obama_partial_face2": "9a812347f97633542b8cd9992de22def11b74f79d82056bc3ee830f13878e028",
}
# Answers pip's one question, in place of running the archive's own setup.py.
_STAND_IN: Final = """\
from pathlib import Path

class __legacy__:
    @staticmethod
    def prepare_metadata_for_build_wheel(folder, config_settings=None):
        info = Path(folder, "face_recognition-1.3.0.dist-info")
        info.mkdir()
        lines = ["Metadata-Version: 2.1", "Name: face_recognition", "Version: 1.3.0", ""]
        (info / "METADATA").write_text("\\n".join(lines))
        return info.name
"""

# What the fake camera of Chromium plays: it takes 30 frames a second from a file of JPEGs.
CAMERA_SIZE: Final = (640, 480)
_FRAMES_A_SECOND: Final = 30
# Where the base of the nose of `obama` stands at that size, and how far apart the eyes are.
_NOSE: Final = (337, 124, 44)


class PortraitsMissing(Exception):
    """The portraits are not there, or are not the ones expected; says what to do."""


def portrait(name: str, folder: Path = FOLDER) -> bytes:
    """Return a portrait (`obama`, `obama2`, `biden`, ...) as the bytes of its JPEG.

    Raises:
        PortraitsMissing: it was not fetched, or its content is another one.
    """
    path = folder / f"{name}.jpg"
    if not path.is_file():
        raise PortraitsMissing(f"{path} is missing: run `python -m tests.portraits`")
    data = path.read_bytes()
    _verify(name, data)
    return data


def fetch(folder: Path = FOLDER) -> bool:
    """Bring all portraits into the folder; return whether any had to be fetched.

    Raises:
        PortraitsMissing: the archive cannot be had, or holds something else.
    """
    try:
        for name in _SHA256:
            portrait(name, folder)
    except PortraitsMissing:
        _unpack(_download(), folder)
        return True
    return False


def turned(jpeg: bytes, *, to_own_left: bool) -> bytes:
    """Return `obama` as the camera shows it, with the nose drawn to one side of the eyes.

    No portrait comes as a pair, straight and turned. The five points that are looked at stand as
    in a head that turned by about 25 degrees, and it is still known as the same person.
    """
    with Image.open(io.BytesIO(jpeg)) as image:
        frame = ImageOps.pad(image.convert("RGB"), CAMERA_SIZE, color=(128, 128, 128))
    pixels, source = frame.load(), frame.copy().load()
    assert pixels is not None
    assert source is not None
    nose_x, nose_y, eyes = _NOSE
    reach = 2 * eyes
    for y in range(nose_y - reach, nose_y + reach):
        down = ((y - nose_y) / (0.7 * eyes)) ** 2
        for x in range(nose_x - reach, nose_x + reach):
            nearness = math.exp(-(((x - nose_x) / (0.8 * eyes)) ** 2) - down)
            shift = 0.4 * eyes * nearness
            pixels[x, y] = source[round(x - shift if to_own_left else x + shift), y]
    return _camera_jpeg(frame)


def _camera_jpeg(frame: Image.Image) -> bytes:
    buffer = io.BytesIO()
    frame.save(buffer, "JPEG", quality=92, subsampling="4:2:0")
    return buffer.getvalue()


def mjpeg(path: Path, jpeg: bytes, seconds: float) -> None:
    """Write a film of one still picture, on grey, for Chromium's fake camera.

    The file appears whole: a running camera may be about to open it again.
    """
    with Image.open(io.BytesIO(jpeg)) as image:
        frame = ImageOps.pad(image.convert("RGB"), CAMERA_SIZE, color=(128, 128, 128))
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(_camera_jpeg(frame) * max(1, round(seconds * _FRAMES_A_SECOND)))
    draft.replace(path)


def _verify(name: str, data: bytes) -> None:
    if hashlib.sha256(data).hexdigest() != _SHA256[name]:
        raise PortraitsMissing(f"{name}.jpg is not the expected picture: delete it, fetch again")


def _download() -> bytes:
    with tempfile.TemporaryDirectory(prefix="portraits-") as scratch:
        room = Path(scratch)
        (room / "requirements.txt").write_text(_REQUIREMENT)
        (room / "setuptools").mkdir()
        (room / "setuptools" / "__init__.py").touch()
        (room / "setuptools" / "build_meta.py").write_text(_STAND_IN)
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input"),
            *("--disable-pip-version-check", "--no-deps", "--no-binary", ":all:"),
            *("--use-pep517", "--no-build-isolation", "--require-hashes"),
            *("--dest", str(room), "--requirement", str(room / "requirements.txt")),
        ]
        surroundings = {**os.environ, "PYTHONPATH": str(room)}
        done = subprocess.run(command, env=surroundings, capture_output=True, text=True)  # noqa: S603  # constants
        archive = room / f"{_ARCHIVE}.tar.gz"
        if done.returncode != 0 or not archive.is_file():
            raise PortraitsMissing(f"pip could not download {_ARCHIVE}:\n{done.stderr.strip()}")
        return archive.read_bytes()


def _unpack(archive: bytes, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as files:
        for name in _SHA256:
            member = files.extractfile(f"{_ARCHIVE}/tests/test_images/{name}.jpg")
            data = member.read() if member else b""
            _verify(name, data)
            draft = folder / f".{name}.{os.getpid()}"
            draft.write_bytes(data)
            draft.replace(folder / f"{name}.jpg")


def main() -> int:
    """Fetch into the folder named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.portraits", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    try:
        fetched = fetch(folder)
    except PortraitsMissing as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"portraits {'fetched into' if fetched else 'already in'} {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
