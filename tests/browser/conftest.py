"""A real server on a file database, and Chromium with a camera that plays a real face."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect

from tests.browser.company import PASSWORD
from tests.portraits import mjpeg, portrait

ROOT = Path(__file__).resolve().parents[2]
PHONE = {"width": 360, "height": 780}
DESK = {"width": 1440, "height": 900}
# A name that is not this machine's own: pages under it are not secure, as over plain http.
PLAIN_HOST = "muster.test"
expect.set_options(timeout=20_000)


@dataclass(frozen=True)
class Server:
    """The address, and the facts of the company that was made for the tests."""

    port: int
    shift: str
    offset: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def plain_url(self) -> str:
        return f"http://{PLAIN_HOST}:{self.port}"

    def today(self) -> dt.date:
        """Return the company's date."""
        return (dt.datetime.now(dt.UTC) + dt.timedelta(hours=self.offset)).date()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as refused:
        refused.close()  # it holds its socket, which would fail whatever test runs next
        return False
    except OSError:
        return False


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`make run`'s own command, in a folder of its own: migrations, demo, gunicorn, scheduler."""
    folder = tmp_path_factory.mktemp("server")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "SECRET_KEY", "MUSTER_FACE_KEYS")
    } | {
        "MUSTER_DEMO": "1",
        "MUSTER_VAR": str(folder),
        "ALLOWED_HOSTS": f"127.0.0.1,localhost,{PLAIN_HOST}",
    }
    manage = [sys.executable, str(ROOT / "manage.py"), "demo"]
    subprocess.run([*manage, "--only-set-up"], env=environment, check=True, cwd=ROOT)
    made = subprocess.run(
        [sys.executable, "-m", "tests.browser.company"],
        env=environment, check=True, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    facts = json.loads(made.stdout)
    port = _free_port()
    log = (folder / "server.log").open("w")
    process = subprocess.Popen(
        [*manage, "--port", str(port)], env=environment, cwd=ROOT, stdout=log, stderr=log
    )
    found = Server(port, facts["shift"], facts["offset"])
    try:
        deadline = time.monotonic() + 60
        while not _answers(found.url):
            assert process.poll() is None, (folder / "server.log").read_text()
            assert time.monotonic() < deadline, "the server did not start"
        yield found
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A function that returns the film of a portrait for Chromium's fake camera.

    `obama@somebody` is a film of the same portrait that a test may write anew while it plays.
    """
    folder = tmp_path_factory.mktemp("films")

    def film(name: str) -> Path:
        path = folder / f"{name}.mjpeg"
        if not path.exists():
            mjpeg(path, _picture(name.partition("@")[0]), 2)
        return path

    return film


def _picture(name: str) -> bytes:
    if name != "empty_room":
        return portrait(name)
    from tests.attendance.fakes import jpeg

    return jpeg()


# A sensor's noise: without it a film of one picture gives the same bytes twice, which is noticed.
_NOISE = """
const draw = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (...how) {
  draw.apply(this, how);
  for (let place = 0; place < 64; place += 16) {
    const part = () => Math.floor(Math.random() * 256);
    this.fillStyle = `rgb(${part()}, ${part()}, ${part()})`;
    this.fillRect(place, 0, 16, 16);
  }
};
"""


@dataclass
class Person:
    """Somebody in front of a browser."""

    page: Page
    server: Server
    context: BrowserContext
    errors: list[str]

    def forgive(self, text: str) -> None:
        """Take an error off that the test itself brought about; it must be there."""
        expected = [error for error in self.errors if text in error]
        assert expected, self.errors
        for error in expected:
            self.errors.remove(error)

    def sign_in(self, name: str, url: str = "", lands_on: str = "/") -> None:
        self.page.goto(f"{url or self.server.url}/sign-in/")
        self.page.get_by_label("E-mail").fill(f"{name}@terai.example")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(self.page).to_have_url(f"{url or self.server.url}{lands_on}")
        # Before its scripts are there, a page answers keys and taps by plain forms.
        self.page.wait_for_load_state()

    def mail(self, found: Locator) -> Locator:
        """Open the demo's mails until this is among them: a job sends them, within seconds."""
        until = time.monotonic() + 60
        while True:
            self.page.goto(f"{self.server.url}/demo/mail/")
            if found.count():
                return found.first
            assert time.monotonic() < until, "the mail did not come"
            self.page.wait_for_timeout(500)

    def agree_and_enrol(self) -> None:
        """Read the consent text, agree, and let the camera take the reference pictures."""
        self.page.goto(f"{self.server.url}/face/consent/")
        self.page.get_by_role("button", name="Yes, compare my face").click()
        self.page.get_by_role("button", name="Start the camera").click()
        expect(self.page.get_by_text("From now on your face is compared")).to_be_visible()

    def tap(self) -> None:
        # Before its script is there, the page would send a plain form, without a picture.
        self.page.wait_for_load_state()
        self.page.locator("#punch-button").click()


Open = Callable[..., Person]


@pytest.fixture
def open_browser(
    playwright: Playwright, server: Server, films: Callable[[str], Path]
) -> Iterator[Open]:
    """A function that opens Chromium: `camera` names a portrait, None has no camera at all.

    Whatever a page logs as an error, and whatever its content policy refuses, fails the test.
    """
    browsers: list[Browser] = []
    errors: list[str] = []

    def opened(
        camera: str | None = "obama",
        *,
        allow: bool = True,
        has_noise: bool = True,
        viewport: dict[str, int] = PHONE,
        state: object = None,
    ) -> Person:
        flags = [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1",
        ]  # fmt: skip
        if camera is not None:
            flags += [
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={films(camera)}",
            ]
        if allow:
            flags.append("--use-fake-ui-for-media-stream")
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("MUSTER_CHROMIUM") or shutil.which("chromium"),
            args=flags,
        )
        browsers.append(browser)
        context = browser.new_context(viewport=viewport, storage_state=state)  # type: ignore[arg-type]
        if has_noise:
            context.add_init_script(_NOISE)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        context.on(
            "console",
            lambda line: errors.append(line.text) if line.type == "error" else None,
        )
        return Person(context.new_page(), server, context, errors)

    yield opened
    for browser in browsers:
        browser.close()
    assert errors == []
