"""`python -m infrastructure.package STAGE`: builds the package, looks through it, says its size."""

from __future__ import annotations

import argparse
import sys

from infrastructure import stages
from infrastructure.package import build, gates, interpreter


def main(arguments: list[str] | None = None) -> int:
    """Build the package of a stage; return 1 with a sentence where it cannot or must not go."""
    parser = argparse.ArgumentParser(prog="python -m infrastructure.package", description=__doc__)
    parser.add_argument("stage", choices=stages.names())
    asked = parser.parse_args(arguments)
    try:
        package = build.cached(asked.stage)
    except (interpreter.NoInterpreter, build.BuildFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    faults = gates.faults(package)
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    zipped, unzipped = gates.sizes(package)
    sys.stdout.write(
        f"{package.archive.relative_to(build.ROOT)}: {zipped / gates.MIB:.1f} MiB zipped, "
        f"{unzipped / 10**6:.0f} MB unzipped\n"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
