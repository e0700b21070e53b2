"""The product's own settings, with secrets and folders of the tests."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("SECRET_KEY", "tests-only-secret-key-of-no-worth-0123456789")
os.environ.setdefault(
    "MUSTER_FACE_KEYS", '{"test-1": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}'
)
if "MUSTER_VAR" not in os.environ:
    os.environ["MUSTER_VAR"] = tempfile.mkdtemp(prefix="muster-tests-")
    atexit.register(shutil.rmtree, os.environ["MUSTER_VAR"], ignore_errors=True)

from portal.settings import *  # noqa: E402, F403
from portal.settings import STORAGES  # noqa: E402

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Nothing is collected for tests; the files are served from where they lie.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
# The engine's own tests look into it; those of its processes ask for them.
MUSTER_FACE_WORKERS = int(os.environ.get("MUSTER_FACE_WORKERS", "0"))
# Operators of the tests sign in without a second step, but where that is what a test is about.
MUSTER_OPERATOR_SECOND_FACTOR = False
# Each client of a test makes the middleware anew: it must not look through every static file first.
WHITENOISE_AUTOREFRESH = True
