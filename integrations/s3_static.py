"""What `collectstatic` fills: the public bucket of static files, and the manifest beside the code.

Only a release imports this module; pages use `integrations.static_files`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from django.core.files.storage import FileSystemStorage
from storages.backends.s3 import S3ManifestStaticStorage

_HASHED: Final = re.compile(r"\.[0-9a-f]{12}(?:\.[^./]+)?\Z")
# A file under its plain name changes with a release; only a hashed one never does.
FOR_EVER: Final = "public, max-age=31536000, immutable"
FOR_A_MINUTE: Final = "public, max-age=60"


class BucketStatic(S3ManifestStaticStorage):  # type: ignore[misc]  # the library has no types
    """Uploads each file under its plain and its hashed name, and says how long each may be kept.

    `folder` is the path of the address that files are served under.
    """

    # Scripts import each other by hashed names too: none runs beside one of another release.
    support_js_module_import_aggregation = True

    def __init__(self, *, bucket_name: str, folder: str, manifest: Path) -> None:
        super().__init__(
            bucket_name=bucket_name,
            location=folder,
            default_acl=None,
            gzip=True,
            manifest_storage=FileSystemStorage(location=manifest),
        )

    def delete(self, name: str) -> None:
        """Leave hashed files where they are: pages of the release before still ask for them.

        Django would delete each that a release brings again, and upload it anew.
        """
        if not _HASHED.search(name):
            super().delete(name)

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        """Return what a file is stored with."""
        kept = FOR_EVER if _HASHED.search(name) else FOR_A_MINUTE
        return {**super().get_object_parameters(name), "CacheControl": kept}
