"""The bucket of pictures, behind Django's storage: private, encrypted, and quick to give up.

Django imports this module when the first picture is asked for (`STORAGES`), never earlier: what it
stands on takes 200 ms. Whatever the bucket answers leaves here as an `OSError`, as from a disk;
nothing of boto does.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from integrations import aws
from integrations.errors import IntegrationError, Rejected

# A check-in waits for its picture: five seconds at the very most, with every try used up.
CONNECT_SECONDS: Final = 0.5
READ_SECONDS: Final = 1.5
ATTEMPTS: Final = 2
_ABSENT: Final = frozenset({"NoSuchKey", "NotFound", "404"})


class BucketError(OSError):
    """The bucket does not do it; `code` is the house's error's, or AWS's own."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"the bucket answers {code}")


@contextmanager
def _as_a_disk(name: str) -> Iterator[None]:
    """Raise what a disk would.

    Raises:
        FileNotFoundError: no such key.
        BucketError: anything else.
    """
    try:
        with aws.translated(rejected=_ABSENT):
            yield
    except Rejected as error:
        raise FileNotFoundError(name) from error
    except IntegrationError as error:
        raise BucketError(error.code) from error


class PictureStorage(S3Storage):  # type: ignore[misc]  # the library has no types
    """Pictures of people in a private bucket, each under a key that Muster made up.

    `kms_key` names the key that the bucket encrypts with; empty: the bucket's own choice.
    """

    def __init__(self, *, bucket_name: str, kms_key: str = "") -> None:
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
        super().__init__(
            bucket_name=bucket_name,
            file_overwrite=False,
            default_acl=None,
            querystring_auth=True,
            object_parameters=encryption,
            # A picture is one request of less than two megabytes: no threads, no parts.
            transfer_config=TransferConfig(use_threads=False),
            client_config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                signature_version="s3v4",
                # Otherwise signed links name the global address, which leads new buckets' visitors
                # on to another one, that the page's policy does not know.
                s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
            ),
        )

    @property
    def client(self) -> Any:
        return self.connection.meta.client

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name as it is: keys are random, so asking whether one is taken only costs."""
        return name

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """Return the whole picture, by one request (the library's own makes two)."""
        with _as_a_disk(name):
            answer = self.client.get_object(Bucket=self.bucket_name, Key=self._normalize_name(name))
            return File(io.BytesIO(answer["Body"].read()), name)

    def _save(self, name: str, content: Any) -> str:
        with _as_a_disk(name):
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with _as_a_disk(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _as_a_disk(name):
            return bool(super().exists(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        """Return folders and files of a folder, of every page; of one that is not there, none."""
        with _as_a_disk(name):
            folders, files = super().listdir(name)
            return list(folders), list(files)

    def length_and_type(self, name: str) -> tuple[int, str]:
        """Return how many bytes lie there and what they are said to be, without reading them.

        Raises:
            FileNotFoundError, BucketError
        """
        with _as_a_disk(name):
            head = self.client.head_object(Bucket=self.bucket_name, Key=self._normalize_name(name))
            return int(head["ContentLength"]), str(head["ContentType"])

    def signed_link(
        self, name: str, *, content_type: str, seconds: int, disposition: str = "inline"
    ) -> str:
        """Return a link that shows the file for so long; how it is shown stands in the signature.

        Raises:
            BucketError: there is nothing to sign with.
        """
        with _as_a_disk(name):
            return str(
                self.url(
                    name,
                    parameters={
                        "ResponseContentType": content_type,
                        "ResponseContentDisposition": disposition,
                        "ResponseCacheControl": "private, no-store",
                    },
                    expire=seconds,
                )
            )

    def signed_form(
        self, name: str, *, content_type: str, most_bytes: int, seconds: int
    ) -> tuple[str, dict[str, str]]:
        """Return where a browser posts one file of this key and type, and the fields before it.

        Raises:
            BucketError: there is nothing to sign with.
        """
        key = self._normalize_name(name)
        with _as_a_disk(name):
            form = self.client.generate_presigned_post(
                Bucket=self.bucket_name,
                Key=key,
                Fields={"Content-Type": content_type},
                Conditions=[
                    {"Content-Type": content_type},
                    ["content-length-range", 1, most_bytes],
                ],
                ExpiresIn=seconds,
            )
        return str(form["url"]), dict(form["fields"])
