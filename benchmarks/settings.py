"""The product's own settings, with the bare view that the punch is compared with."""

from portal.settings import *  # noqa: F403
from portal.settings import STORAGES

ROOT_URLCONF = "benchmarks.urls"
# By address over the wire, by Django's test client inside the process.
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
# Nothing is collected for a benchmark; the files are served from where they lie.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# What the engine costs is measured in this process; its workers are measured beside it.
MUSTER_FACE_WORKERS = 0
