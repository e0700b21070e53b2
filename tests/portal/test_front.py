"""The front door's headers, errors, demo, jobs and secrets."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory

from companies.models import JobRun
from portal import jobs, local_secrets
from portal.middleware import request_id
from tests.attendance.world import World, make_world


@pytest.fixture
def world(db: None) -> World:
    return make_world()


# --- headers ----------------------------------------------------------------------------------
def _policy(text: str) -> dict[str, set[str]]:
    parts = [part.split() for part in text.split(";") if part.strip()]
    return {part[0]: set(part[1:]) for part in parts}


def test_pages_trust_their_own_scripts_only(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    answer = client.get("/")
    policy = _policy(answer["Content-Security-Policy"])
    assert policy["default-src"] == {"'none'"}
    nonces = {item for item in policy["script-src"] if item.startswith("'nonce-")}
    assert policy["script-src"] - nonces == {"'self'"}
    assert policy["frame-ancestors"] == {"'none'"}
    assert policy["connect-src"] == {"'self'"}
    assert answer["Permissions-Policy"].startswith("camera=(self), geolocation=(self), ")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_the_admin_has_a_policy_of_its_own(client: Client, world: World) -> None:
    client.force_login(world.hari.user)
    policy = _policy(client.get("/admin/")["Content-Security-Policy"])
    assert policy["script-src"] == {"'self'", "'unsafe-eval'"}
    assert policy["default-src"] == {"'none'"}


@pytest.mark.parametrize(
    "path", ["/", "/punch/pass", "/month/", "/me/", "/face/consent/", "/admin/", "/nowhere/"]
)
def test_what_is_answered_to_a_person_is_kept_nowhere(
    client: Client, world: World, path: str
) -> None:
    client.force_login(world.hari.user)
    kept = client.get(path)["Cache-Control"]
    assert {"no-store", "private"} <= set(kept.split(", "))


@pytest.mark.parametrize(
    ("sent", "is_kept"), [("a1b2c3d4-e5f6", True), ("short", False), ("x" * 41, False), ("", False)]
)
def test_a_request_has_an_id(rf: RequestFactory, sent: str, is_kept: bool) -> None:
    from django.http import HttpResponse

    answer = request_id(lambda request: HttpResponse())(rf.get("/", headers={"X-Request-ID": sent}))
    assert (answer["X-Request-ID"] == sent) is is_kept
    assert len(answer["X-Request-ID"]) >= 8


# --- errors and small pages -------------------------------------------------------------------
def test_a_page_that_is_not_there_says_what_to_do(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text


def test_health_needs_no_session(client: Client, db: None) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert not answer.cookies


def test_only_health_is_asked_without_tls(client: Client, db: None, settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/sign-in/")["Location"] == "https://testserver/sign-in/"
    assert client.get("/healthz").status_code == 200


def test_the_styleguide_shows_without_signing_in(client: Client, db: None) -> None:
    assert client.get("/styleguide/").status_code == 200


def test_the_icons_old_name_leads_to_the_icon(client: Client, db: None) -> None:
    assert client.get("/favicon.ico")["Location"] == "/static/muster/icons/favicon.svg"


def test_me_shows_who_one_is_here(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    page = client.get("/me/")
    for words in ("Maya", "maya@kettle.example", "Kettle", "Day, 09:00–17:30"):
        assert words in page.text


@pytest.mark.parametrize(("who", "is_shown"), [("hari", True), ("maya", False)])
def test_hr_finds_the_way_to_its_admin(
    client: Client, world: World, who: str, is_shown: bool
) -> None:
    client.force_login(getattr(world, who).user)
    for address in ("/", "/month/", "/me/"):
        assert ('<a href="/admin/">' in client.get(address).text) is is_shown


# --- demo -------------------------------------------------------------------------------------
def test_the_demos_pages_are_nowhere_else(client: Client, db: None) -> None:
    assert client.get("/demo/mail/").status_code == 404
    assert "Who you can be" not in client.get("/sign-in/").text
    with pytest.raises(CommandError, match="MUSTER_DEMO=1"):
        call_command("demo", "--only-set-up")


def test_the_demo_shows_whom_one_can_be(client: Client, db: None, settings: Any) -> None:
    settings.DEMO = True
    page = client.get("/sign-in/")
    assert "Demo: nobody here is real." in page.text
    assert "maya@himal.example" in page.text
    assert client.get("/demo/mail/").status_code == 200


# --- jobs -------------------------------------------------------------------------------------
def test_every_job_can_be_loaded_and_runs(world: World) -> None:
    assert [job.name for job in jobs.JOBS] == [
        "outbox", "report_exports", "report_schedules", "pending_verify", "settle_open",
        "absence_sweep", "month_asks", "auto_lock", "leave_run", "leave_files", "correction_files",
        "leave_reminders", "leave_lapses", "slack_digest", "internships_end", "careers_purge",
        "face_retention",
        "face_erasures", "photo_retention", "journal_outbox", "journal_replay", "retention",
        "backup",
    ]  # fmt: skip
    # No copy is made within the test's own transaction; tests/portal/test_backups.py makes some.
    for job in jobs.JOBS[:-1]:
        call_command("job", job.name)
    assert JobRun.objects.filter(succeeded_at__isnull=False, last_error="").count() == 22


def _broken() -> int:
    raise RuntimeError("out of paper")


def test_a_job_that_fails_is_seen_and_stops_nothing(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = jobs.Job("outbox", 1, f"{__name__}:_broken")
    assert jobs.run(broken, is_recorded=False) is False
    row = JobRun.objects.get()
    assert (row.name, row.last_error, row.succeeded_at) == (
        "outbox", "RuntimeError; the log says why", None,
    )  # fmt: skip
    assert jobs.run(jobs.by_name("outbox")) is True
    row.refresh_from_db()
    assert (row.last_error, row.succeeded_at is not None) == ("", True)


def test_a_job_of_no_such_name_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("job", "tea", stderr=io.StringIO())


# --- secrets ----------------------------------------------------------------------------------
def test_a_machine_makes_its_secrets_once(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    first = local_secrets.load(folder)
    assert local_secrets.load(folder) == first
    path = folder / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == first
    assert [item.name for item in folder.iterdir()] == ["secrets.json"]
    assert local_secrets.load(tmp_path / "other") != first


@pytest.mark.parametrize(
    "path",
    [
        "/me/pin/",
        "/me/looks/",
        "/me/notices/",
        "/me/security/",
        "/me/again/",
        "/face/consent/",
        "/face/deleted/",
    ],
)
def test_pages_that_me_leads_to_stand_under_me(client: Client, world: World, path: str) -> None:
    client.force_login(world.maya.user)
    assert 'href="/me/" aria-current="true"' in client.get(path).text


def test_who_belongs_to_one_company_reads_so(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    page = client.get("/companies/").text
    assert "You belong to this company only." in page
    assert "more than one company" not in page
