"""`manage.py demo`: sets up the demo company and serves it, with the scheduler beside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations import faces
from portal import demo

# A demo shows known passwords: it is bound to this machine, and to nothing else.
HOST = "127.0.0.1"


class Command(BaseCommand):
    help = "Set up the demo company in MUSTER_VAR and serve it on this machine only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--only-set-up", action="store_true", help="make the data, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo needs MUSTER_DEMO=1; `make run` sets it.")
        self._set_up()
        if not options["only_set_up"]:
            self._serve(options["port"])

    def _set_up(self) -> None:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        if not demo.exists():
            self.stdout.write("Making the demo company: 25 people, two months of days …")
            demo.build()

    def _serve(self, port: int) -> None:
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        gunicorn = [
            sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--bind", f"{HOST}:{port}",
            "--workers", "2", "--threads", "4", "--chdir", str(settings.BASE_DIR),
            "--graceful-timeout", "5", "--log-level", "warning", "--no-control-socket",
        ]  # fmt: skip
        environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings",
                       "MUSTER_PUBLIC_URL": f"http://{HOST}:{port}"}  # fmt: skip
        processes = [
            subprocess.Popen([*manage, "scheduler"], env=environment),  # noqa: S603  # our own
            subprocess.Popen(gunicorn, env=environment),  # noqa: S603  # our own
        ]
        try:
            signal.signal(signal.SIGTERM, _stop)
            self._say(port)
            while all(process.poll() is None for process in processes):
                time.sleep(0.5)
            raise CommandError("The demo stopped: one of its processes ended, see above.")
        except KeyboardInterrupt:
            self.stdout.write("\nStopping. The demo's data stays; `make run` goes on with it.")
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                _end(process)

    def _say(self, port: int) -> None:
        address, by_code = f"http://{HOST}:{port}", demo.CODE_LOGIN
        lines = [
            "",
            f"  Muster is at  {address}",
            f"  HR's admin    {address}/admin/",
            f"  Operator      {address}/operator/",
            f"  Mail          {address}/demo/mail/",
            "",
            *(f"  {login.label:30} {login.email:26} {login.password}" for login in demo.LOGINS),
            f"  {by_code.label:30} {f'{by_code.company} / {by_code.code}':26} {by_code.pin}",
            "",
        ]
        if faces.available() is not None:
            lines += ["  Faces are not checked here: the face engine is not installed.", ""]
        self.stdout.write("\n".join([*lines, "  Stop with Ctrl-C.", ""]))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that was told to stop; what goes on for long is ended."""
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
