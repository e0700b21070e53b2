"""A worker that never gets ready."""

import signal

signal.pause()
