"""What careers pages refuse: code, status, and a sentence with its values."""

from __future__ import annotations

from typing import Any

import pytest

from companies import career_errors as errors
from companies.errors import MusterError

_TABLE: list[tuple[type[MusterError], dict[str, Any], str, int, str]] = [
    (
        errors.OpeningClosed, {}, "opening_closed", 410,
        "This opening takes no applications now. Look for another one on the list.",
    ),
    (
        errors.OpeningEmpty, {}, "opening_empty", 400,
        "Write what the opening is about first, then publish it.",
    ),
    (
        errors.OpeningOver, {}, "opening_over", 400,
        "Its closing date is over. Choose a later one, or none, then publish it.",
    ),
    (
        errors.CareersOff, {}, "careers_off", 409,
        "The careers page is switched off. Switch it on first, then publish this.",
    ),
    (
        errors.AnswerMissing, {"question": "Why?"}, "answer_missing", 400,
        "This is not answered yet: Why?",
    ),
    (
        errors.AnswerUnfit, {"question": "Why?"}, "answer_unfit", 400,
        "This answer does not fit: Why? Look at it again.",
    ),
    (
        errors.SentFileTooLarge, {"megabytes": 4}, "sent_file_too_large", 413,
        "All files together may have 4 MB. Choose a smaller one.",
    ),
    (
        errors.SentFileUnknown, {}, "sent_file_unknown", 400,
        "We take PDF, JPEG and PNG. Save the file as one of these and choose it again.",
    ),
    (
        errors.SentFileDamaged, {}, "sent_file_damaged", 400,
        "This file cannot be read. Save it anew, or choose another one.",
    ),
    (
        errors.SentFileNotKept, {}, "sent_file_not_kept", 503,
        "Your file could not be kept just now, and nothing was sent. Try again soon.",
    ),
    (
        errors.SentFilesTooMany, {"most": 10}, "sent_files_too_many", 400,
        "You have sent 10 files already. Answer in words instead.",
    ),
    (
        errors.ApplicationMovesNot, {"stage": "Offer"}, "application_moves_not", 409,
        "This application stands at “Offer” and cannot go there. Reload the page.",
    ),
    (
        errors.ApplicationGone, {}, "application_gone", 410,
        "Everything of this application is deleted. Nothing more can be done with it.",
    ),
    (
        errors.NotAccepted, {}, "not_accepted", 409,
        "Accept the application first, then take the candidate in.",
    ),
    (
        errors.AlreadyHired, {"employee": "Nima (N1)"}, "already_hired", 409,
        "This candidate is Nima (N1) already. Nothing was added.",
    ),
    (
        errors.InternshipIncomplete, {}, "internship_incomplete", 400,
        "An intern needs a last day and a mentor. Choose both.",
    ),
    (
        errors.NotAnsweredYet, {}, "not_answered_yet", 409,
        "Answer the question first, then publish it.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "values", "code", "status", "sentence"), _TABLE, ids=[row[2] for row in _TABLE]
)
def test_an_error_has_code_status_and_sentence(
    error: type[MusterError], values: dict[str, Any], code: str, status: int, sentence: str
) -> None:
    raised = error(**values)
    assert (raised.code, raised.status, str(raised)) == (code, status, sentence)


def test_every_error_of_careers_stands_in_the_table() -> None:
    here = {
        found
        for found in vars(errors).values()
        if isinstance(found, type) and issubclass(found, MusterError) and found is not MusterError
    }
    assert here == {row[0] for row in _TABLE}
