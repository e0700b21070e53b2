"""Which calls of AWS the code makes, and which actions of IAM each of them needs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

# Where an action has another name than its call, or a call needs several. By AWS's own list
# ("Actions, resources, and condition keys" of each service).
ACTIONS: Final[dict[str, set[str]]] = {
    "Lambda.Invoke": {"lambda:InvokeFunction"},
    "S3.HeadObject": {"s3:GetObject"},
    "S3.ListObjects": {"s3:ListBucket"},
    "S3.ListObjectsV2": {"s3:ListBucket"},
    "S3.HeadBucket": {"s3:ListBucket"},
    # A mail of ours is raw: it has attachments and headers of its own.
    "SESv2.SendEmail": {"ses:SendEmail", "ses:SendRawEmail"},
}
PREFIXES: Final = {"SESv2": "ses", "Secrets Manager": "secretsmanager"}
# What is encrypted by a key of ours needs the key too.
OF_THE_KEY: Final[dict[str, set[str]]] = {
    "s3:GetObject": {"kms:Decrypt"},
    "s3:PutObject": {"kms:GenerateDataKey"},
    "secretsmanager:GetSecretValue": {"kms:Decrypt"},
    "sns:Publish": {"kms:Decrypt", "kms:GenerateDataKey"},
    "ssm:GetParametersByPath": {"kms:Decrypt"},
}


def actions_of(call: str) -> set[str]:
    """Return the actions that a call (`S3.PutObject`) needs, those of the key included."""
    service, _dot, operation = call.partition(".")
    found = ACTIONS.get(call) or {f"{PREFIXES.get(service, service.lower())}:{operation}"}
    return found | {key for action in found for key in OF_THE_KEY.get(action, ())}


class _Calls(logging.Handler):
    """Botocore tells of each request before it is signed; whoever made the client."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith("Making request for") and isinstance(record.args, tuple):
            model: Any = record.args[0]
            self.found.add(f"{model.service_model.service_id}.{model.name}")


@contextmanager
def recorded() -> Iterator[set[str]]:
    """Yield the calls that the block makes, as `DynamoDB.PutItem`."""
    logger = logging.getLogger("botocore.endpoint")
    handler, before, propagates = _Calls(), logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    try:
        yield handler.found
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
        logger.propagate = propagates
