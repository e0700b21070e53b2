"""Pictures in storage: which folder holds which (`integrations.storage` puts and deletes files)."""

from __future__ import annotations

import datetime as dt

from integrations.storage import discard, new_key, orphans_delete, put

__all__ = ["CLEAN", "RAW", "REFERENCE", "discard", "new_key", "orphans_delete", "put", "store"]

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
