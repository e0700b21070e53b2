"""Muster's settings while static files are collected for a package: hashed names, on this disk.

One set of names serves both ways in which a stage may have them: from the package itself, or from
the bucket of `MUSTER_STATIC_URL`.
"""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage

from portal.settings import *  # noqa: F403
from portal.settings import STORAGES


class Collected(ManifestStaticFilesStorage):
    """Scripts import each other by hashed names too: none runs beside one of another release."""

    support_js_module_import_aggregation = True


STORAGES["staticfiles"] = {"BACKEND": "infrastructure.package.static_settings.Collected"}
