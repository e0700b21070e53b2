"""Pictures in storage: put there whole or not at all, and taken away again."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from integrations.errors import Unavailable

log = logging.getLogger(__name__)

# Bytes that nobody has looked into yet, and pictures made anew from them; both filed by day.
RAW = "raw"
CLEAN = "frames"


def store(folder: str, data: bytes, now: dt.datetime) -> str:
    """Store a picture under a new key and return the key.

    Raises:
        Unavailable: the storage does not take it now; nothing of it is left there.
    """
    key = f"{folder}/{now:%Y-%m-%d}/{uuid.uuid4().hex}"
    try:
        return str(default_storage.save(key, ContentFile(data)))
    except OSError as error:
        log.exception("a picture could not be stored")
        # A disk that is full keeps the half that fitted.
        discard(key)
        raise Unavailable("storage_failed") from error


def discard(key: str) -> None:
    """Delete what is no longer named; if the storage refuses, the orphans' pass finds it."""
    try:
        default_storage.delete(key)
    except OSError:
        log.exception("a picture could not be deleted")
