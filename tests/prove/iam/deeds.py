"""Everything that the function does with AWS, driven through the adapters that do it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

from django.core.files.base import File
from django.core.mail import EmailMessage
from django.utils import timezone

from integrations import announce, mail, parameters, snapshots, tasks

STAGE: Final = "muster-proof"
BUCKET: Final = f"{STAGE}-photos"
TABLE: Final = f"{STAGE}-journal"
PATH: Final = "/muster/proof"
SECRET: Final = f"{STAGE}-database"
SENDER: Final = "muster@muster.example"
TOPIC: Final = f"arn:aws:sns:eu-central-1:123456789012:{STAGE}-announcements"


def _key() -> dict[str, str]:
    return {name: str(uuid.uuid4()) for name in ("company", "employee", "tap_id")}


def journal_is_written_and_read() -> None:
    from integrations.journal import dynamo
    from integrations.journal.protocol import EntryItem, FrameItem, PunchItem

    journal, key = dynamo.Dynamo(TABLE), _key()
    now = timezone.now()
    punch = PunchItem(
        **key, public_id=str(uuid.uuid4()), occurred_at=now, zone="Asia/Kathmandu",
        utc_offset_minutes=345, device_at=None, direction="in", source="web", no_frame="",
        has_frame=True,
    )  # fmt: skip
    frame = FrameItem(
        **key, occurred_at=now, storage_key="a", sha256="0" * 64, size=1, problem="",
        expires_at=now + dt.timedelta(days=1),
    )  # fmt: skip
    entry = EntryItem(
        **key, key_of_entry="verified", kind="verified", values={}, by_kind="job", by_id="",
        occurred_at=now,
    )  # fmt: skip
    assert journal.hit(key["company"], key["employee"], limit=5, now=now)
    assert journal.put_punch(punch) is None
    second = dataclasses.replace(punch, public_id=str(uuid.uuid4()))
    assert journal.put_punch(second) == punch  # a second arrival reads the first
    journal.put_frame(frame)
    journal.put(entry)
    assert journal.tap(punch.key).punch is not None
    assert sum(map(len, journal.since(now - dt.timedelta(minutes=1), now))) >= 2
    journal.delete_frame(punch.key)


def _photos() -> Any:
    from integrations.s3 import PictureStorage

    return PictureStorage(bucket_name=BUCKET)


def pictures_are_kept() -> None:
    photos = _photos()
    name = photos.save(f"a/{uuid.uuid4()}.jpg", File(BytesIO(b"jpeg")))
    assert photos.open(name).read() == b"jpeg"
    assert photos.exists(name)
    assert photos.length_and_type(name)[0] == 4
    assert photos.listdir("a")[1]
    photos.delete(name)


def a_mail_is_sent() -> None:
    message = EmailMessage("Hello", "there", SENDER, ["somebody@muster.example"])
    mail.send(message, reference="1")


def a_punch_is_announced() -> None:
    announce.publish(topic=TOPIC, event={"type": "punch.recorded"})


def a_task_is_handed_on() -> None:
    """moto runs no function: the call is allowed, and then there is no such function."""
    tasks.defer("outbox")


def secrets_are_read() -> None:
    parameters.forget()
    assert parameters.read(PATH, "SECRET_KEY") == "x"
    assert str(parameters.database_password(SECRET)) == "y"


def a_snapshot_is_made_listed_and_deleted() -> None:
    date = dt.date(2026, 3, 2)
    assert snapshots.make(STAGE, date)
    assert snapshots.dates(STAGE) == [date]
    snapshots.delete(STAGE, date)


def the_doctor_looks() -> None:
    from portal import doctor

    for name in ("Journal", "Clock"):
        doctor.CHECKS[name]()


def the_mail_identity_is_asked_for() -> None:
    from integrations import probes

    assert probes.mail_identity("muster.example") in {"verified", "waits"}


DEEDS: Final[dict[str, Callable[[], None]]] = {
    deed.__name__: deed
    for deed in (
        journal_is_written_and_read,
        pictures_are_kept,
        a_mail_is_sent,
        a_punch_is_announced,
        a_task_is_handed_on,
        secrets_are_read,
        a_snapshot_is_made_listed_and_deleted,
        the_doctor_looks,
    )
}
# moto takes the signature of a GET for a wrong one here; the call is recorded without enforcing.
UNENFORCED: Final = (the_mail_identity_is_asked_for,)
