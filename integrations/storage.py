"""Files in storage: put there whole or not at all, handed out, and taken away again.

A bucket shows a picture, and takes a large one, by itself: with a link or a form that Muster
signed. On one machine both go through Muster (`None` here).
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from integrations.errors import Unavailable

log = logging.getLogger(__name__)

LINK_SECONDS: Final = 60
FORM_SECONDS: Final = 300


@dataclass(frozen=True)
class SignedForm:
    """Where a browser posts a file, and the fields that must stand before it."""

    url: str
    fields: dict[str, str]


def _bucket() -> Any:
    return default_storage if settings.MUSTER_PHOTO_BUCKET else None


def signed_link(
    key: str, *, content_type: str = "image/jpeg", disposition: str = "inline"
) -> str | None:
    """Return a link of one minute that shows a file; None where Muster itself shows it.

    Raises:
        FileNotFoundError: there is no such file.
        OSError: the storage cannot answer now.
    """
    bucket = _bucket()
    if bucket is None:
        return None
    # A link to nothing would be counted as a look at something.
    if not bucket.exists(key):
        raise FileNotFoundError(key)
    return str(
        bucket.signed_link(
            key, content_type=content_type, disposition=disposition, seconds=LINK_SECONDS
        )
    )


def signed_form(key: str, *, content_type: str, most_bytes: int) -> SignedForm | None:
    """Return the form that takes one file of this key; None where Muster itself takes it.

    Raises:
        OSError: there is nothing to sign with.
    """
    bucket = _bucket()
    if bucket is None:
        return None
    return SignedForm(
        *bucket.signed_form(
            key, content_type=content_type, most_bytes=most_bytes, seconds=FORM_SECONDS
        )
    )


def length_and_type(key: str) -> tuple[int, str]:
    """Return how many bytes lie in the bucket under the key, and what they are said to be.

    Raises:
        FileNotFoundError: there is no such file.
        OSError: the storage cannot answer now.
    """
    length, content_type = _bucket().length_and_type(key)
    return length, content_type


def new_key(folder: str, now: dt.datetime) -> str:
    """Return a key that nobody guesses, in the folder of the day."""
    return f"{folder}/{now:%Y-%m-%d}/{uuid.uuid4().hex}"


def put(key: str, data: bytes) -> str:
    """Store bytes under a key of `new_key` and return under which they lie.

    Raises:
        Unavailable: the storage does not take it now; nothing of it is left there.
    """
    try:
        return str(default_storage.save(key, ContentFile(data)))
    except OSError as error:
        log.exception("a picture could not be stored")
        # A disk that is full keeps the half that fitted.
        discard(key)
        raise Unavailable("storage_failed") from error


def discard(key: str) -> bool:
    """Delete what is no longer named and return whether it is gone.

    What the storage refuses to delete is found again: by the orphans' pass, or by the erasure
    that names it.
    """
    try:
        default_storage.delete(key)
    except OSError:
        log.exception("a picture could not be deleted")
        return False
    return True


def orphans_delete(folder: str, *, until: dt.date, named: Callable[[str], set[str]]) -> int:
    """Delete files that no row names, of days up to a date: a process died in between.

    What is being written now gets its row in a moment, so the date lies in the past. `named`
    returns the keys with this beginning that rows name. Return how many went.
    """
    deleted = 0
    for day in _folders(folder):
        if dt.date.fromisoformat(day) > until:
            continue
        # The files first: one that is replaced meanwhile is gone, or named by then.
        found = {f"{folder}/{day}/{name}" for name in default_storage.listdir(f"{folder}/{day}")[1]}
        for key in found - named(f"{folder}/{day}/"):
            discard(key)
            deleted += 1
    return deleted


def _folders(folder: str) -> list[str]:
    """Return the folders in a folder. A bucket has no folders of its own, only keys like paths."""
    try:
        found: list[str] = default_storage.listdir(folder)[0]
    except FileNotFoundError:
        return []
    return found
