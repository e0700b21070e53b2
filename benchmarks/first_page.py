"""One fresh interpreter of section 5: start, do what the argument says, print the CPU seconds.

`bare`: Django with contrib apps only, set up. `product`: the web process up to its first answer,
the sign-in page.
"""

from __future__ import annotations

import sys
import time

import django
from django.conf import settings


def _bare() -> None:
    names = ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
    settings.configure(INSTALLED_APPS=[f"django.contrib.{name}" for name in names])
    django.setup()


def _product() -> None:
    from benchmarks.site import Site  # noqa: PLC0415  # cold: the bare side must not load it

    answer = Site().ask("/sign-in/")
    assert answer.status == 200, answer


if __name__ == "__main__":
    {"bare": _bare, "product": _product}[sys.argv[1]]()
    print(time.process_time())
