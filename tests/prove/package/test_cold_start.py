"""What a cold start takes, counted: modules before the first page, and none of the heavy ones."""

from __future__ import annotations

from pathlib import Path

from tests.prove import cold
from tests.prove.package.conftest import PASSWORD, Stand

# Modules from nothing to the check-in page of somebody signed in. Grown? Find out by whom:
# imports of what a page does not need belong into the function that does.
# 2 in 100 above what it took when the page began to say what leave is left (1,289).
MOST_MODULES = 1314
HEAVY = {
    "PIL", "allauth.socialaccount.providers.openid_connect", "anymail", "cryptography", "dlib",
    "fido2", "moto", "numpy", "portal.own_data", "pynamodb", "qrcode", "requests", "storages",
    "zappa.asynchronous",
}  # fmt: skip


def test_a_cold_start_takes_few_modules(stand: Stand, sandbox_python: Path, tmp_path: Path) -> None:
    ours = cold.of_the_package(stand.function, stand.people.email, PASSWORD).start(sandbox_python)
    admins = cold.of_the_admin(stand.function.root, tmp_path, sandbox_python).start(sandbox_python)

    assert HEAVY & ours.modules == set()
    assert len(ours.modules) <= MOST_MODULES, (len(ours.modules), sorted(ours.modules))
    assert len(ours.modules) <= 1.5 * len(admins.modules)
