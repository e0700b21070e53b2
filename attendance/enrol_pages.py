"""What the page of the guided capture says."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from attendance import wording
from attendance.enums import UploadState
from attendance.models import FaceUpload
from attendance.pages import no_camera_words
from attendance.services import enrolment, uploads


def kept_answer(kept: enrolment.Kept) -> dict[str, Any]:
    """Return what the capture's script is told about a frame."""
    text = wording.ADVICE.get("done" if kept.is_done else kept.advice, wording.ADVICE["hold_still"])
    return {
        "ok": kept.is_kept,
        "advice": kept.advice,
        "text": str(text),
        "kept": kept.count,
        "needed": enrolment.FRAMES_NEEDED,
        "done": kept.is_done,
    }


def upload_answer(upload: FaceUpload) -> dict[str, Any]:
    """Return what the script that sends photos is told about one of them."""
    kept = uploads.kept_so_far(upload)
    code = kept.advice
    if upload.state == UploadState.WAITING:
        code = "over" if uploads.is_over(upload) else "waiting"
    words = {**wording.ADVICE, **wording.UPLOAD_ADVICE}
    text = wording.ADVICE["done"] if kept.is_done else words.get(code, words["picture_damaged"])
    return {
        "waiting": code == "waiting",
        "ok": kept.is_kept,
        "advice": code,
        "text": str(text),
        "kept": kept.count,
        "needed": enrolment.FRAMES_NEEDED,
        "done": kept.is_done,
    }


def enrol_words() -> dict[str, str]:
    """Return the sentences that the capture's script says."""
    return {
        **no_camera_words(_("come back on another device")),
        "opening": _("Opening the camera …"),
        "look": _("Look straight into the camera."),
        "sending": _("Sending the photo …"),
        "more_photos": _("{missing} more, please: choose others."),
        "not_sent": _("The photo could not be sent. Try again."),
        "slow": _("This takes longer than usual. Reload the page in a minute and try again."),
        "progress": _("{kept} of {needed}"),
        "offline": _("There is no connection. Try again when it is back."),
        "signed_out": _("You are signed out. Reload this page and sign in again."),
    }
