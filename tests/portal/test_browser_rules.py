"""What every answer tells the browser, whatever answered it; and what no answer tells anybody."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.attendance.world import World, make_world
from tests.repository import ROOT

PERMISSIONS = {
    **dict.fromkeys(
        ["camera", "geolocation", "publickey-credentials-create", "publickey-credentials-get"],
        "(self)",
    ),
    **dict.fromkeys(
        [
            "accelerometer", "bluetooth", "display-capture", "encrypted-media", "fullscreen",
            "gyroscope", "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment",
            "picture-in-picture", "serial", "usb", "xr-spatial-tracking",
        ],
        "()",
    ),
}  # fmt: skip


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def patient() -> Client:
    return Client(raise_request_exception=False)


# What is asked, as whom, and what comes.
ASKED: dict[str, tuple[str, str, str, int]] = {
    "a page": ("hari", "GET", "/", 200),
    "a page without a session": ("", "GET", "/sign-in/", 200),
    "an error page": ("maya", "GET", "/nowhere/", 404),
    "what is not open": ("maya", "GET", "/admin/", 403),
    "the admin": ("hari", "GET", "/admin/", 200),
    "a way elsewhere": ("", "GET", "/me/", 302),
    "the door": ("", "POST", "/punch", 401),
    "the door's other method": ("", "PUT", "/punch", 405),
    "health": ("", "GET", "/healthz", 200),
    "an address with a zero byte": ("", "GET", "/%00", 400),
    "a method that there is not": ("maya", "DELETE", "/me/", 405),
}


@pytest.mark.parametrize("which", sorted(ASKED))
def test_every_answer_has_the_browsers_rules(patient: Client, world: World, which: str) -> None:
    who, method, path, status = ASKED[which]
    if who:
        patient.force_login(getattr(world, who).user)
    answer: Any = patient.generic(method, path, headers={"accept": "text/html, */*"})
    assert answer.status_code == (302 if which == "the door" else status)
    _is_ruled(answer, is_admin=path == "/admin/")


def _is_ruled(answer: Any, *, is_admin: bool = False) -> None:
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert ("'unsafe-eval'" in policy, "'unsafe-inline'" in policy) == (is_admin, is_admin)
    assert "frame-ancestors 'none'" in policy
    said = dict(item.split("=") for item in answer["Permissions-Policy"].split(", "))
    assert said == PERMISSIONS
    assert {
        name: answer[name]
        for name in (
            "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy",
            "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy",
        )
    } == {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"host": "evil.example"}, 400), ({"host": "testserver:bad"}, 400), ({"host": ""}, 400)],
)
def test_a_host_that_is_none_gets_no_page(
    patient: Client, db: None, headers: dict[str, str], status: int
) -> None:
    answer = patient.get("/sign-in/", headers=headers)
    assert answer.status_code == status
    _is_ruled(answer)


def test_only_the_admin_sites_loosen_their_policy(client: Client, world: World) -> None:
    strict = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    loose = settings.ADMIN_CONTENT_SECURITY_POLICY
    assert {name for name in loose if loose[name] != strict[name]} == {"script-src", "style-src"}
    for path in ("/administration/", "/x/admin/", "//admin/", "/operators/"):
        assert "unsafe" not in client.get(path)["Content-Security-Policy"]


def test_scripts_and_styles_of_a_page_carry_its_nonce_or_an_address(
    client: Client, world: World
) -> None:
    client.force_login(world.hari.user)
    for path in ("/", "/month/", "/me/", "/team/", "/face/consent/", "/companies/", "/styleguide/"):
        page: Any = client.get(path)
        policy = page["Content-Security-Policy"]
        nonces = set(re.findall(r"'nonce-([^']+)'", policy))
        for tag in re.findall(r"<(?:script|style)[^>]*>", page.text):
            if 'type="application/json"' in tag:
                continue  # data, which no browser runs
            own = re.search(r'nonce="([^"]+)"', tag)
            assert 'src="/static/' in tag or (own and own[1] in nonces), (path, tag)
        assert not re.findall(r"<[^>]+\s(?:style|on[a-z]+)=", page.text), path


# --- methods and bodies -----------------------------------------------------------------------
@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_makes_another_method_of_a_get(client: Client, world: World, header: str) -> None:
    client.force_login(world.maya.user)
    answer = client.get("/me/data", {"_method": "POST"}, headers={header: "POST"})
    assert answer.status_code == 405


def _many_parts(count: int) -> bytes:
    part = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    return part * count + b"--x--\r\n"


BODIES: dict[str, tuple[bytes, str, dict[str, Any], int]] = {
    "many parts": (_many_parts(50_000), "multipart/form-data; boundary=x", {}, 400),
    "many fields": (b"a=b&" * 100_000, "application/x-www-form-urlencoded", {}, 400),
    "too much": (b"a" * (3 * 1024 * 1024 + 1), "application/x-www-form-urlencoded", {}, 413),
    "said to be huge": (b"a=b", "multipart/form-data; boundary=x",
                        {"CONTENT_LENGTH": "9" * 40}, 413),
    "no length": (b"a=b", "multipart/form-data; boundary=x", {"CONTENT_LENGTH": "ten"}, 200),
    "below nothing": (b"a=b", "multipart/form-data; boundary=x", {"CONTENT_LENGTH": "-1"}, 400),
    "packed": (b"\x1f\x8b\x08" + b"\0" * 100, "application/x-www-form-urlencoded",
               {"HTTP_CONTENT_ENCODING": "gzip"}, 200),
}  # fmt: skip


@pytest.mark.parametrize("which", sorted(BODIES))
def test_a_body_is_bounded_before_anybody_signs_in(patient: Client, db: None, which: str) -> None:
    data, kind, extra, status = BODIES[which]
    answer: Any = patient.post(
        "/sign-in/", data, content_type=kind, headers={"accept": "text/html"}, **extra
    )
    assert answer.status_code == status
    assert "<h1>" in answer.text
    _is_ruled(answer)


def test_a_script_is_told_that_it_sends_too_much(client: Client, db: None) -> None:
    answer: Any = client.post(
        "/face/frame", b"x" * (3 * 1024 * 1024 + 1), content_type="image/jpeg",
        headers={"accept": "application/json"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()) == (
        413,
        {
            "title": "Muster takes at most 3 MB at once. Choose a smaller file.",
            "code": "request_too_large",
            "status": 413,
        },
    )


def test_no_upload_lies_on_the_disk_on_its_way() -> None:
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE >= settings.DATA_UPLOAD_MAX_MEMORY_SIZE


# --- what is told to nobody -------------------------------------------------------------------
def test_a_server_error_tells_nothing(
    patient: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from attendance import pages

    def broken(*_args: Any, **_kwargs: Any) -> Any:
        raise RuntimeError("a secret of the server")

    monkeypatch.setattr(pages, "me_context", broken)
    patient.force_login(world.maya.user)
    answer: Any = patient.get("/me/")
    assert answer.status_code == 500
    for word in ("secret", "RuntimeError", "Traceback", "portal/views.py", "Maya", "Django"):
        assert word not in answer.text
    assert "Something broke on our side" in answer.text
    _is_ruled(answer)


# --- under https ------------------------------------------------------------------------------
def _under_https(code: str, folder: Path) -> str:
    """Run code with the settings of a real installation."""
    known = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(  # noqa: S603  # constant
        [sys.executable, "-c", f"import django; django.setup(); {code}"],
        env={
            **known, "DJANGO_SETTINGS_MODULE": "portal.settings", "MUSTER_VAR": str(folder),
            "MUSTER_PUBLIC_URL": "https://muster.example", "ALLOWED_HOSTS": "muster.example",
            "SECRET_KEY": "Zq3vX9" * 12,
        },
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


_COOKIES = """
import json
from django.conf import settings
starts = ("SESSION_COOKIE_", "CSRF_COOKIE_", "SECURE_HSTS")
names = [name for name in dir(settings) if name.startswith(starts)]
print(json.dumps({n: getattr(settings, n) for n in names}))
"""


def test_under_https_cookies_are_this_hosts_alone(
    client: Client, world: World, settings: Any, tmp_path: Path
) -> None:
    found = json.loads(_under_https(f"exec({_COOKIES!r})", tmp_path))
    assert found["SECURE_HSTS_SECONDS"] == 31_536_000
    assert (found["SECURE_HSTS_INCLUDE_SUBDOMAINS"], found["SECURE_HSTS_PRELOAD"]) == (True, True)
    for name, value in found.items():
        setattr(settings, name, value)
    sign_in = {"login": "maya@kettle.example", "password": "correct horse battery"}
    client.get("/sign-in/", secure=True)
    answer = client.post("/sign-in/", sign_in, secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert {"__Host-session", "__Host-csrf"} <= set(client.cookies)
    for name in ("__Host-session", "__Host-csrf"):
        cookie = client.cookies[name]
        assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
        assert (cookie["path"], cookie["domain"]) == ("/", "")


def test_djangos_own_check_of_an_installation_finds_nothing(tmp_path: Path) -> None:
    """Nothing is silenced for it."""
    assert settings.SILENCED_SYSTEM_CHECKS == []
    code = (
        "from django.core.management import call_command; "
        "call_command('check', deploy=True, fail_level='WARNING')"
    )
    said = _under_https(code, tmp_path)
    assert said == "System check identified no issues (0 silenced).\n"
