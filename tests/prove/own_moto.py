"""A moto server in a process of its own: nobody else's reset empties it.

`python -m tests.prove.own_moto` serves until its input ends, and prints its address first.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.prove.local_lambda import process_environment


@contextmanager
def own_moto() -> Iterator[str]:
    """Yield the address of a server that lasts as long as the block."""
    process = subprocess.Popen(  # noqa: S603  # constant
        [sys.executable, "-m", "tests.prove.own_moto"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=process_environment(),
    )
    with process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def main() -> None:
    """Serve until the input ends."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
