"""Measures the muster roll of a month: `python -m benchmarks.roll 10000` (people)."""

from __future__ import annotations

import os
import sys

import django

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from benchmarks import roll_month  # noqa: PLC0415  # apps: models must be loaded

    roll_month.main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
