"""The disk takes no picture, or half of one: the check-in stands, and says what became of it."""

from __future__ import annotations

import io
import resource
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from attendance import tasks
from attendance.enums import FaceState
from attendance.models import PunchFrame, PunchState
from companies.scoping import company_scope
from tests.attendance.doorway import frame, knock
from tests.attendance.fakes import FakeEngine
from tests.attendance.world import World
from tests.faults.conftest import check_in


@contextmanager
def _a_full_disk(_folder: Path) -> Iterator[None]:
    """The kernel takes 10 kB of a file, and refuses the rest."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def _no_folder(folder: Path) -> Iterator[None]:
    """What should be the folder of the pictures is a file: a mount that went wrong."""
    folder.write_text("")
    yield
    folder.unlink()


def _noise() -> bytes:
    """Return a picture that needs more room than a grey one."""
    stream = io.BytesIO()
    Image.effect_noise((640, 480), 90).convert("RGB").save(stream, "JPEG", quality=90)
    return stream.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("refusing", [_a_full_disk, _no_folder])
def test_a_check_in_stands_without_its_picture(
    client: Client, photos_folder: Path, engine: FakeEngine, refusing: Any
) -> None:
    from tests.attendance.world import make_world

    world: World = make_world()
    world.agree(world.maya)
    assert len(_noise()) > 10_000
    form = check_in(world, world.maya, uuid.uuid4(), frame=frame(_noise()))
    with refusing(photos_folder):
        answer: Any = knock(client, "/punch", form)
        assert answer.status_code == 201
        weighed: Any = knock(client, answer.json()["verify"], {"pass": form["pass"]})
    assert weighed.status_code == 200
    assert [item for item in photos_folder.rglob("*") if item.is_file()] == []
    with company_scope(world.company):
        state, kept = PunchState.objects.get(), PunchFrame.objects.get()
        assert (state.face, state.face_reason, state.is_flagged) == (
            FaceState.UNVERIFIABLE, "storage_failed", True,
        )  # fmt: skip
        assert state.judged_at is not None
        assert (kept.storage_key, kept.problem) == ("", "storage_failed")
    assert tasks.pending_verify() == 0
