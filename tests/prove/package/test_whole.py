"""Check-ins, events and commands through the package with everything that it has on AWS."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infrastructure.package import build
from tests.portraits import portrait
from tests.prove.gateway import Answer, Browser, multipart
from tests.prove.local_lambda import ACCOUNT, REGION
from tests.prove.own_moto import own_moto
from tests.prove.package.conftest import PASSWORD
from tests.prove.package.test_events import TASK, scheduled
from tests.prove.package.test_http import field, shows_nothing_of_the_code, sign_in
from tests.prove.package.whole import BUCKET, TABLE, TOPIC, Whole, standing

JSON = [("Accept", "application/json")]
FORM = "rest, own domain"


@pytest.fixture(scope="module")
def whole(
    package: build.Package, sandbox_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Whole]:
    """Return all of it, once for this file: its tests use taps and addresses of their own."""
    folder = tmp_path_factory.mktemp("whole")
    with own_moto() as moto, standing(package, sandbox_python, moto, folder) as made:
        yield made


@pytest.fixture
def maya(whole: Whole) -> Browser:
    """Return Maya's browser, signed in."""
    browser = whole.browser(FORM)
    assert sign_in(browser, whole).status == 302
    return browser


def punch(browser: Browser, page: Answer, tap: str, frame: bytes) -> Answer:
    """Check in as the page's script does."""
    fields = {"pass": field(page, "pass"), "tap_id": tap, "direction": "in", "no_frame": ""}
    body, kind = multipart(fields, {"frame": ("image/jpeg", frame)})
    return browser.post("/punch", body, kind, JSON)


def face_of(whole: Whole, tap: str) -> list[tuple[Any, ...]]:
    """Return the state of a tap's punch as the records have it, once for each row."""
    return whole.sql(
        "SELECT p.public_id::text, s.face FROM attendance_punch p "
        "JOIN attendance_punchstate s ON s.punch_id = p.id WHERE p.tap_id = %s",
        tap,
    )


# --- check-ins ------------------------------------------------------------------------------------
def test_a_check_in_from_the_page_to_a_verified_face(whole: Whole, maya: Browser) -> None:
    tap, frame, page = str(uuid.uuid4()), portrait("obama"), maya.get("/")

    recorded = punch(maya, page, tap, frame)

    assert recorded.status == 201, recorded.text
    said = recorded.json()
    told = whole.journal(tap)
    assert told.keys() == {"punch", "frame"}
    assert told["punch"]["public_id"] == said["id"]
    assert (told["punch"]["company"], told["punch"]["employee"]) == (
        whole.people.company, whole.people.employee,
    )  # fmt: skip
    key, digest = told["frame"]["storage_key"], hashlib.sha256(frame).hexdigest()
    assert (told["frame"]["sha256"], told["frame"]["size"]) == (digest, len(frame))
    assert whole.objects("raw/")[key] == frame
    assert face_of(whole, tap) == [(said["id"], "pending")]

    asked, form = multipart({"pass": field(page, "pass")}, {})
    weighed = maya.post(said["verify"], asked, form, JSON)

    assert weighed.status == 200, weighed.text
    assert face_of(whole, tap) == [(said["id"], "verified")]
    # What arrived is replaced by what was decoded and written anew.
    ((clean, is_clean),) = whole.sql(
        "SELECT f.storage_key, f.is_clean FROM attendance_punchframe f "
        "JOIN attendance_punch p ON p.id = f.punch_id WHERE p.tap_id = %s",
        tap,
    )
    assert is_clean
    assert key not in whole.objects("raw/")
    assert whole.objects()[clean].startswith(b"\xff\xd8\xff")
    # What was decided of it goes to the journal as well.
    assert whole.function.invoke(scheduled("journal_outbox")).error == ""
    entries = [said for name, said in whole.journal(tap).items() if name not in {"punch", "frame"}]
    assert [entry["kind"] for entry in entries] == ["verified"]


def test_somebody_elses_face_is_a_mismatch(whole: Whole, maya: Browser) -> None:
    tap, page = str(uuid.uuid4()), maya.get("/")
    said = punch(maya, page, tap, portrait("biden")).json()
    asked, form = multipart({"pass": field(page, "pass")}, {})

    assert maya.post(said["verify"], asked, form, JSON).status == 200

    assert face_of(whole, tap) == [(said["id"], "mismatch")]


def test_a_check_in_while_the_records_are_away_is_brought_by_the_stream(
    whole: Whole, maya: Browser
) -> None:
    page, tap, frame = maya.get("/"), str(uuid.uuid4()), portrait("obama2")
    whole.postgres.kill()
    try:
        answer = punch(maya, page, tap, frame)
        # The stream comes while nobody can take it: it stops at the first that needs the records,
        # and AWS keeps it until its retries are over.
        pump = whole.stream()
        before = len(whole.function.logs)
        given_up = pump.drain()
    finally:
        whole.postgres.start()
    assert answer.status == 202, answer.text
    assert whole.journal(tap).keys() == {"punch", "frame"}
    assert frame in whole.objects("raw/").values()
    kept = {record["dynamodb"]["Keys"]["what"]["S"] for record in given_up}
    assert {f"{tap}#punch", f"{tap}#frame"} <= kept
    assert not any(name.startswith("throttle") for name in kept)
    assert any("the stream waits" in line for line in whole.function.logs[before:])
    assert face_of(whole, tap) == []

    # From its beginning again, three times over: as after a new mapping.
    for _time in range(3):
        assert whole.stream().drain() == []

    assert face_of(whole, tap) == [(answer.json()["id"], "pending")]
    again = punch(maya, page, tap, frame)
    assert (again.status, again.json()["id"]) == (200, answer.json()["id"])
    asked, form = multipart({"pass": field(page, "pass")}, {})
    assert maya.post(again.json()["verify"], asked, form, JSON).status == 200
    assert face_of(whole, tap) == [(answer.json()["id"], "verified")]


# --- events ---------------------------------------------------------------------------------------
def test_a_poison_record_is_parked_and_holds_up_nobody(whole: Whole, maya: Browser) -> None:
    table = whole.client("dynamodb")
    poison = {"who": {"S": "no key"}, "what": {"S": "of ours"}, "says": {"S": "{"}}
    table.put_item(TableName=TABLE, Item=poison)
    broken = {
        "who": {"S": f"{uuid.uuid4()}#{uuid.uuid4()}"},
        "what": {"S": f"{uuid.uuid4()}#punch"},
    }
    table.put_item(TableName=TABLE, Item={**broken, "says": {"S": '{"kind": "?"}'}})
    tap = str(uuid.uuid4())
    said = punch(maya, maya.get("/"), tap, portrait("obama3")).json()

    assert whole.stream().drain() == []

    parked = whole.sql("SELECT who, tap, error FROM attendance_parkedtap ORDER BY id")
    assert ("no key", "of ours", "journal_malformed") in parked
    assert {row[0] for row in parked} == {"no key", broken["who"]["S"]}
    assert face_of(whole, tap)[0][0] == said["id"]


def test_a_photo_in_the_bucket_is_told_by_the_queue_and_enrolled(whole: Whole) -> None:
    browser = whole.browser(FORM)
    page = browser.get("/sign-in/")
    token = field(page, "csrfmiddlewaretoken")
    fields = {"csrfmiddlewaretoken": token, "password": PASSWORD}
    browser.post_form("/sign-in/", {**fields, "login": "hari@prove.example"})
    photo, sent = portrait("biden"), {"X-CSRFToken": browser.cookies["__Host-csrf"]}
    asked = browser.post(
        "/face/uploads", f"content_type=image%2Fjpeg&size={len(photo)}".encode(),
        "application/x-www-form-urlencoded", list(sent.items()),
    )  # fmt: skip
    assert asked.status == 201, asked.text
    key = asked.json()["fields"]["key"]
    s3 = whole.client("s3")
    s3.put_object(Bucket=BUCKET, Key=key, Body=photo, ContentType="image/jpeg")
    # What nobody asked for goes at once.
    s3.put_object(Bucket=BUCKET, Key="uploads/of/nobody", Body=photo, ContentType="image/jpeg")

    assert whole.uploads().drain() >= 2

    assert browser.get(asked.json()["status_url"]).json()["advice"] == "ok"
    assert whole.objects("uploads/") == {}
    kept = whole.sql("SELECT state FROM attendance_faceupload WHERE storage_key = %s", key)
    assert kept == [("kept",)]


def test_a_message_that_cannot_be_taken_stays_in_the_queue_alone(whole: Whole) -> None:
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:muster-whole-uploads"
    told = {
        "Records": [
            {
                "eventSource": "aws:s3",
                "s3": {"bucket": {"name": BUCKET}, "object": {"key": "uploads/of/nobody"}},
            }
        ]
    }
    bodies = {"good": json.dumps(told), "bad": "{", "test": '{"Event": "s3:TestEvent"}'}
    event = {
        "Records": [
            {"messageId": name, "body": body, "eventSource": "aws:sqs", "eventSourceARN": arn}
            for name, body in bodies.items()
        ]
    }

    done = whole.function.invoke(event)

    assert (done.error, done.json()) == ("", {"batchItemFailures": [{"itemIdentifier": "bad"}]})


def test_a_mail_that_came_back_marks_its_address_once(whole: Whole) -> None:
    report = {
        "eventType": "Bounce",
        "bounce": {
            "bounceType": "Permanent", "bounceSubType": "General", "feedbackId": "0100-1",
            "bouncedRecipients": [
                {"emailAddress": "bikram@prove.example", "diagnosticCode": "550 5.1.1 unknown"}
            ],
        },
        "mail": {"timestamp": "2026-03-02T06:00:00.000Z", "tags": {}},
    }  # fmt: skip
    record = {
        "EventSource": "aws:sns",
        "Sns": {
            "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:{TOPIC}",
            "Message": json.dumps(report),
        },
    }

    heard = [whole.function.invoke({"Records": [record]}) for _time in range(2)]

    assert [(done.error, done.json()) for done in heard] == [("", 1), ("", 0)]
    marked = whole.sql("SELECT address, problem, event_id FROM companies_blockedaddress")
    assert marked == [("bikram@prove.example", "bounced", "0100-1")]
    # Addresses are never in the log.
    assert "bikram@prove.example" not in "".join(done.log for done in heard)


@pytest.mark.parametrize(
    "trigger",
    ["PreSignUp_SignUp", "PreSignUp_ExternalProvider", "PreSignUp_AdminCreateUser"],
)
def test_the_pool_asks_who_may_sign_up(whole: Whole, trigger: str) -> None:
    def asked(address: str) -> Any:
        return whole.function.invoke(
            {
                "version": "1",
                "triggerSource": trigger,
                "region": REGION,
                "userPoolId": f"{REGION}_abc",
                "userName": "somebody",
                "request": {"userAttributes": {"email": address}},
                "response": {"autoConfirmUser": False},
            }
        )

    known, unknown = asked(whole.people.email), asked("mallory@elsewhere.example")

    assert (known.error, known.json()["response"]) == ("", {"autoConfirmUser": False})
    assert (unknown.error, unknown.json()["errorType"]) == ("Unhandled", "PoolNotInvited")
    assert unknown.json()["errorMessage"] == (
        "Only invited people sign up here. Ask your HR to invite this address, then try again."
    )


# --- tasks, commands, errors ----------------------------------------------------------------------
def test_a_task_that_is_invoked_twice_sends_its_mail_once(whole: Whole) -> None:
    browser = whole.browser(FORM)
    # What other tests left is sent first.
    assert whole.function.invoke(scheduled("outbox")).error == ""
    before = whole.mails()
    whole.function.settle()
    whole.function.tries.clear()
    page = browser.get("/password-reset/")
    fields = {
        "csrfmiddlewaretoken": field(page, "csrfmiddlewaretoken"),
        "email": whole.people.email,
    }

    assert browser.post_form("/password-reset/", fields).status == 200
    whole.function.settle()

    # The page itself asked for the task, once, by the API of Lambda.
    assert [json.loads(done.payload)["args"] for done in whole.function.tries] == [["outbox"]]
    for _time in range(2):
        answer = whole.client("lambda").invoke(
            FunctionName=whole.function.name,
            InvocationType="Event",
            Payload=json.dumps({**TASK, "args": ["outbox"]}).encode(),
        )
        assert answer["StatusCode"] == 202
    whole.function.settle()
    assert [done.error for done in whole.function.tries] == ["", "", ""]
    assert whole.mails() - before == 1
    told = "SELECT state, attempts FROM companies_outboxmessage WHERE template LIKE %s"
    assert whole.sql(told, "%/password_reset") == [("sent", 1)]


def test_doctor_looks_at_every_part_from_within(whole: Whole) -> None:
    done = whole.function.invoke({"manage": "doctor"})

    assert (done.error, done.json()["status"]) == ("", 1)
    lines = done.json()["output"].splitlines()
    # In moto no identity of mails is ever verified; whoever runs doctor is told.
    assert [line for line in lines if line.startswith("✗")] == [
        "✗ Mail: SES has not verified it yet: verify muster.example there, or set MUSTER_MAIL_FROM."
    ]
    names = [line.removeprefix("✗").strip().partition(":")[0] for line in lines]
    assert names == [
        "Database", "Triggers", "Journal", "Files", "Faces", "Mail", "User pool",
        "Slack", "Clock", "Secrets", "Jobs", "Disk",
    ]  # fmt: skip


def test_every_line_of_an_event_names_it(whole: Whole) -> None:
    done = whole.function.invoke(scheduled("outbox"))

    lines = [json.loads(line) for line in done.log.splitlines() if line.startswith('{"level"')]
    metrics = [json.loads(line) for line in done.log.splitlines() if line.startswith('{"_aws"')]
    assert {line["request_id"] for line in lines} <= {done.id}
    assert [line["job"] for line in metrics if "job_succeeded" in line] == ["outbox"]


def test_an_error_nobody_foresaw_is_a_page_without_a_trace(whole: Whole, maya: Browser) -> None:
    whole.do("ALTER TABLE companies_employee RENAME TO companies_gone")
    before = len(whole.function.logs)
    try:
        answer = maya.get("/me/")
    finally:
        whole.do("ALTER TABLE companies_gone RENAME TO companies_employee")

    assert answer.status == 500
    shows_nothing_of_the_code(answer)
    assert any("ProgrammingError" in line for line in whole.function.logs[before:])
