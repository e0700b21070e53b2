"""Sealing of face templates: AES-GCM, a key id beside each, and whose it is bound in.

The keyring is the setting `MUSTER_FACE_KEYS`: key id → 32 bytes as base64, in order. The first
key seals; all of them open, so a new key is put in front and the old ones stay until nothing
names them. A sealed template opens only for the person, engine and version it was sealed for:
moving a row's bytes to another person's row does not make it theirs.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from integrations.errors import Misconfigured

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_PURPOSE: Final = "muster face template 1"


@dataclass(frozen=True)
class Sealed:
    """A template that may be stored: the id of its key, and nonce and ciphertext as one."""

    key_id: str
    ciphertext: bytes = field(repr=False)


# An error report lists the variables of every frame, unless they are named so.
@sensitive_variables()
def seal(template: bytes, *, person: str, engine: str, version: str) -> Sealed:
    """Seal a template for one person (public id), engine and version.

    Raises:
        Misconfigured: `face_keys_missing`, `face_key_invalid`.
    """
    key_id = next(iter(_keyring()), None)
    if key_id is None:
        raise Misconfigured("face_keys_missing")
    nonce = os.urandom(_NONCE_BYTES)
    bound = _bound(key_id, person, engine, version)
    return Sealed(key_id, nonce + _cipher(key_id).encrypt(nonce, template, bound))


@sensitive_variables()
def open_sealed(sealed: Sealed, *, person: str, engine: str, version: str) -> bytes:
    """Return the template that was sealed for exactly this person, engine and version.

    Raises:
        Misconfigured: `face_key_unknown` or `face_key_invalid` (the key it names);
            `face_template_unreadable` (sealed for another, with another key, or altered).
    """
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  # cold start

    cipher = _cipher(sealed.key_id)
    nonce, body = sealed.ciphertext[:_NONCE_BYTES], sealed.ciphertext[_NONCE_BYTES:]
    try:
        return cipher.decrypt(nonce, body, _bound(sealed.key_id, person, engine, version))
    except (InvalidTag, ValueError) as error:
        raise Misconfigured("face_template_unreadable", key=sealed.key_id) from error


@sensitive_variables()
def problem() -> str | None:
    """Return the code of what is wrong with the keyring, None if nothing; for system checks."""
    try:
        keys = [_key(key_id) for key_id in _keyring()]
    except Misconfigured as error:
        return error.code
    return None if keys else "face_keys_missing"


def _keyring() -> dict[str, str]:
    keys: dict[str, str] = getattr(settings, "MUSTER_FACE_KEYS", None) or {}
    return keys


@sensitive_variables()
def _key(key_id: str) -> bytes:
    encoded = _keyring().get(key_id)
    if encoded is None:
        raise Misconfigured("face_key_unknown", key=key_id)
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Misconfigured("face_key_invalid", key=key_id) from error
    if len(key) != _KEY_BYTES:
        raise Misconfigured("face_key_invalid", key=key_id)
    return key


@sensitive_variables()
def _cipher(key_id: str) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import (  # noqa: PLC0415  # cold start
        AESGCM,
    )

    return AESGCM(_key(key_id))


def _bound(key_id: str, person: str, engine: str, version: str) -> bytes:
    """Return what is authenticated beside the template; JSON keeps the parts apart."""
    return json.dumps([_PURPOSE, key_id, person, engine, version]).encode()
