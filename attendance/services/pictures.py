"""Files in storage: put there whole or not at all, and taken away again."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from integrations.errors import Unavailable

log = logging.getLogger(__name__)

# Bytes that nobody has looked into yet, and pictures made anew from them; the one picture that an
# enrolment keeps. All filed by day.
RAW = "raw"
CLEAN = "frames"
REFERENCE = "reference"


def store(folder: str, data: bytes, now: dt.datetime) -> str:
    """Store a picture under a new key and return the key.

    Raises:
        Unavailable: the storage does not take it now; nothing of it is left there.
    """
    return put(new_key(folder, now), data)


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
