"""A page needs no heavy library: each is imported when its work comes, not when Muster starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# A fresh interpreter: here, other tests have long imported everything. The database is not asked.
_TWO_PAGES = """
import sys
import django
django.setup()
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

application = WSGIHandler()
for address, expected in (("/sign-in/", 200), ("/healthz", 200)):
    environ = RequestFactory().get(address, HTTP_HOST="127.0.0.1").environ
    said = []
    answer = application(environ, lambda status, headers: said.append(status))
    list(answer)
    answer.close()
    assert said == [f"{expected} OK"], (address, said)
heavy = {
    "attendance.admin", "companies.admin", "portal.admin_sites", "portal.own_data",
    "PIL", "anymail", "boto3", "botocore", "cryptography", "dlib", "face_recognition_models",
    "fido2", "holidays", "icalendar", "jwt", "ninja", "numpy", "oauthlib", "pynamodb",
    "python_calamine", "qrcode", "reportlab", "requests", "slack_sdk", "storages", "uharfbuzz",
    "xlsxwriter", "yaml", "zappa",
}
print(sorted(heavy & set(sys.modules)))
from django.urls import resolve, reverse
assert reverse("admin:index") == "/admin/", reverse("admin:index")
assert reverse("operator:index") == "/operator/"
assert reverse("admin:companies_employee_changelist") == "/admin/companies/employee/"
assert resolve("/admin/companies/employee/").namespace == "admin"
"""


def test_a_page_imports_no_heavy_library(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603  # constant
        [sys.executable, "-c", _TWO_PAGES],
        capture_output=True,
        text=True,
        env={
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "MUSTER_VAR": str(tmp_path),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'muster.sqlite3'}",
        },
    )

    assert (done.returncode, done.stderr, done.stdout) == (0, "", "[]\n")
