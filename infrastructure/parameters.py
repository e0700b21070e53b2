"""The secrets of a stage, made where they are lacking: `make parameters STAGE=production`.

They are made on this machine, go to Systems Manager encrypted, and are printed nowhere. What is
there already stays: another `SECRET_KEY` would sign everybody out, and other face keys open no
template.
"""

from __future__ import annotations

import base64
import json
import secrets
import sys
from typing import Any, Final

from infrastructure import sentences, stacks
from integrations import aws

MADE: Final = "made"
KEPT: Final = "kept"
COPIED: Final = "copied"


def create(*, path: str, key: str, pool: str, client: str, since: str) -> dict[str, str]:
    """Make what is lacking below `path` under the KMS key; return what became of each name.

    `pool` and `client` name the user pool's client, whose secret is copied; `since` (a year, say)
    names the first face key.

    Raises:
        Misconfigured: AWS refuses.
        Unavailable: AWS does not answer.
    """
    there = _existing(path)
    face_key = base64.b64encode(secrets.token_bytes(32)).decode()
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MUSTER_FACE_KEYS": json.dumps({since: face_key}),
    }
    done = {}
    for name, value in fresh.items():
        done[name] = KEPT if name in there else MADE
        if name not in there:
            _put(path, name, value, key=key)
    name = "MUSTER_COGNITO_CLIENT_SECRET"
    secret = _client_secret(pool, client)
    done[name] = KEPT if there.get(name) == secret else COPIED
    if there.get(name) != secret:
        # A copy: the pool's client may have been made anew.
        _put(path, name, secret, key=key, is_replaced=name in there)
    return done


def _existing(path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    more: dict[str, str] = {}
    while True:
        with aws.translated():
            page = aws.client("ssm").get_parameters_by_path(Path=path, WithDecryption=True, **more)
        found |= {item["Name"].rpartition("/")[2]: item["Value"] for item in page["Parameters"]}
        if "NextToken" not in page:
            return found
        more = {"NextToken": page["NextToken"]}


def _put(path: str, name: str, value: str, *, key: str, is_replaced: bool = False) -> None:
    # Without Overwrite, of two who make it at once the second is refused.
    given: dict[str, Any] = {"Overwrite": True} if is_replaced else {}
    with aws.translated():
        aws.client("ssm").put_parameter(
            Name=f"{path}/{name}", Value=value, Type="SecureString", KeyId=key, **given
        )


def _client_secret(pool: str, client: str) -> str:
    with aws.translated():
        answer = aws.client("cognito-idp").describe_user_pool_client(
            UserPoolId=pool, ClientId=client
        )
    return str(answer["UserPoolClient"]["ClientSecret"])


def main(stage: str, since: str) -> None:
    """Make what is lacking for a stage and say so, without a value."""
    base = stacks.outputs(stage, "base")
    done = create(
        path=base["ParametersPath"],
        key=base["DataKeyArn"],
        pool=base["UserPoolId"],
        client=base["UserPoolClientId"],
        since=since,
    )
    for name, what in done.items():
        sys.stdout.write(f"{base['ParametersPath']}/{name}: {what}\n")


if __name__ == "__main__":
    sys.exit(sentences.run(main, *sys.argv[1:]))
