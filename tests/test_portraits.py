"""The fetched portraits, and the film made of them for a fake camera."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests import portraits
from tests.integrations import pictures


def test_portrait_is_read_from_the_folder() -> None:
    assert portraits.portrait("obama")[:3] == b"\xff\xd8\xff"


def test_missing_portrait_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(portraits.PortraitsMissing, match="run `python -m tests.portraits`"):
        portraits.portrait("obama", tmp_path)


def test_other_picture_under_the_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "obama.jpg").write_bytes(b"somebody else")

    with pytest.raises(portraits.PortraitsMissing, match="not the expected picture"):
        portraits.portrait("obama", tmp_path)


def test_fetching_what_is_there_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portraits, "_download", pytest.fail)

    assert portraits.fetch() is False


def test_fetching_without_pip_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.executable", "false")

    with pytest.raises(portraits.PortraitsMissing, match="pip could not download"):
        portraits.fetch(tmp_path)


def test_film_is_one_frame_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "camera.mjpeg"

    portraits.mjpeg(path, pictures.jpeg(pictures.plain(300, 600, (200, 30, 30))), seconds=0.5)

    film = path.read_bytes()
    frame = film[: len(film) // 15]
    assert film == frame * 15
    with Image.open(io.BytesIO(frame)) as picture:
        assert picture.size == (640, 480)
        assert picture.getpixel((5, 240)) == (128, 128, 128)
        red, _green, blue = picture.getpixel((320, 240))  # type: ignore[misc]
        assert (red > 150, blue < 80) == (True, True)
    assert [child.name for child in tmp_path.iterdir()] == ["camera.mjpeg"]
