"""Static files that lie elsewhere than in the package: only their hashed names are in it.

A page asks for a name and gets an address, from the manifest that `collectstatic` left beside the
code; nothing is asked of a bucket, and nothing of AWS is imported.
"""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import FileSystemStorage


class PackagedNames(ManifestStaticFilesStorage):
    """Knows the hashed names, not the files; a name that it does not know is an error."""

    def __init__(self, *, manifest: Path) -> None:
        super().__init__(manifest_storage=FileSystemStorage(location=manifest))
