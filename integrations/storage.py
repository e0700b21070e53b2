"""What the storage of pictures can do where it is a bucket; on a disk, none of it is needed.

A bucket shows a picture, and takes a large one, by itself: with a link or a form that Muster
signed. On one machine both go through Muster (`None` here).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import default_storage

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
