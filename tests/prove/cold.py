"""A cold start taken by itself: a fresh process of the target's Python, from nothing to a page.

The other side of the comparison is the least that Django's admin needs, by the same Zappa, with
the same libraries, and as well signed in.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.prove.gateway import DOMAIN, Browser
from tests.prove.local_lambda import Function, process_environment

_PROBE: Final = """
import time
began, cpu = time.perf_counter(), time.process_time()
import importlib, json, sys
event, module, paths = json.loads(sys.stdin.read())
sys.path[:0] = paths
answer = importlib.import_module(module).handler(event, None)
taken = time.perf_counter() - began, time.process_time() - cpu
assert answer["statusCode"] == 200, answer
print("\\n" + json.dumps([*taken, sorted(sys.modules)]))
"""
_ADMIN: Final = {
    "admin_only_settings.py": f"""
from portal_database import DATABASES
SECRET_KEY = "of-no-worth"
ALLOWED_HOSTS = ["{DOMAIN}"]
ROOT_URLCONF = "admin_only_urls"
USE_TZ = True
STATIC_URL = "/static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib." + name for name in (
    "admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {{"context_processors": ["django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages"]}}}}]
""",
    "admin_only_urls.py": """
from django.contrib import admin
from django.urls import path
urlpatterns = [path("admin/", admin.site.urls)]
""",
    "admin_only_entry.py": """
from zappa.handler import lambda_handler as handler
""",
}


@dataclass(frozen=True)
class Start:
    """A cold start: seconds by the clock and of the processor, and the modules it took."""

    wall: float
    cpu: float
    modules: frozenset[str]


@dataclass(frozen=True)
class Side:
    """One of the two that are compared."""

    event: dict[str, Any]
    module: str
    paths: tuple[str, ...]
    environment: dict[str, str]

    def start(self, python: Path, *, prefix: tuple[str, ...] = ()) -> Start:
        """Take a cold start, with what bounds the processor before it.

        Raises:
            AssertionError: the page did not come.
        """
        done = subprocess.run(  # noqa: S603  # our own script
            [*prefix, str(python), "-I", "-S", "-B", "-c", _PROBE],
            input=json.dumps([self.event, self.module, list(self.paths)]),
            capture_output=True, text=True, env=process_environment(**self.environment),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        wall, cpu, modules = json.loads(done.stdout.splitlines()[-1])
        return Start(wall, cpu, frozenset(modules))


def of_the_package(function: Function, email: str, password: str) -> Side:
    """Return the package's start up to the check-in page of somebody who is signed in."""
    browser = Browser(function, "rest, own domain")
    page = browser.get("/sign-in/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token
    fields = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
    assert browser.post_form("/sign-in/", fields).status == 302
    event = browser.event("GET", "/", [], b"")
    variables = {"AWS_REGION": "eu-central-1", **function.environment}
    return Side(event, "portal.lambda_entry", (str(function.root),), variables)


def of_the_admin(
    package: Path, folder: Path, python: Path, database: dict[str, Any] | None = None
) -> Side:
    """Return the start of a Django with its admin and no more, up to the admin's first page.

    Without a database of that kind said, it has one of SQLite.
    """
    database = database or {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "admin.sqlite3"),
    }
    files = {
        **_ADMIN,
        "portal_database.py": f"DATABASES = {{'default': {database!r}}}\n",
        "zappa_settings.py": (package / "zappa_settings.py")
        .read_text()
        .replace("portal.settings", "admin_only_settings"),
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    paths = (str(folder), str(package))
    script = (
        f"import sys; sys.path[:0] = {list(paths)!r}\n"
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'admin_only_settings'\n"
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        "from django.contrib.auth.models import User\n"
        "from django.test import Client\n"
        "user = User.objects.create_superuser('admin', 'a@b.example', 'x')\n"
        "client = Client(); client.force_login(user)\n"
        "print(client.cookies['sessionid'].value)\n"
    )
    done = subprocess.run(  # noqa: S603  # our own script
        [str(python), "-I", "-S", "-B", "-c", script],
        capture_output=True, text=True, env=process_environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    compiled = [str(python), "-m", "compileall", "-q", str(folder)]
    subprocess.run(compiled, check=True)  # noqa: S603  # our own files
    browser = Browser(
        Function("admin", package, python), "rest, own domain",
        cookies={"sessionid": done.stdout.split()[-1]},
    )  # fmt: skip
    event = browser.event("GET", "/admin/", [], b"")
    return Side(event, "admin_only_entry", paths, {"AWS_REGION": "eu-central-1"})
