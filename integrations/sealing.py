"""Sealing of short secrets that a database must keep, by the same keyring as face templates.

What is sealed reads `key id:base64`, so that it fits where a library stores a text.
"""

from __future__ import annotations

import base64
import binascii

from django.views.decorators.debug import sensitive_variables

from integrations.errors import Misconfigured
from integrations.faces import vault

_ENGINE, _VERSION = "text", "1"


@sensitive_variables()
def seal_text(text: str, *, purpose: str) -> str:
    """Seal a text, which opens again for this purpose only.

    Raises:
        Misconfigured: what `vault.seal` says of the keyring.
    """
    sealed = vault.seal(text.encode(), person=purpose, engine=_ENGINE, version=_VERSION)
    return f"{sealed.key_id}:{base64.b64encode(sealed.ciphertext).decode()}"


@sensitive_variables()
def open_text(sealed: str, *, purpose: str) -> str:
    """Return the text that was sealed for this purpose.

    Raises:
        Misconfigured: `secret_unreadable` (for another purpose, its key is gone, or altered).
    """
    key_id, _colon, body = sealed.rpartition(":")
    try:
        ciphertext = base64.b64decode(body, validate=True)
        opened = vault.open_sealed(
            vault.Sealed(key_id, ciphertext), person=purpose, engine=_ENGINE, version=_VERSION
        )
    except (Misconfigured, binascii.Error) as error:
        raise Misconfigured("secret_unreadable", key=key_id) from error
    return opened.decode()
