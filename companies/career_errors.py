"""What careers pages refuse: each a sentence that says what to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from companies.errors import MusterError


class OpeningClosed(MusterError):
    code = "opening_closed"
    sentence = _("This opening takes no applications now. Look for another one on the list.")
    status = 410


class OpeningEmpty(MusterError):
    code = "opening_empty"
    sentence = _("Write what the opening is about first, then publish it.")


class OpeningOver(MusterError):
    code = "opening_over"
    sentence = _("Its closing date is over. Choose a later one, or none, then publish it.")


class CareersOff(MusterError):
    code = "careers_off"
    sentence = _("The careers page is switched off. Switch it on first, then publish this.")
    status = 409


class AnswerMissing(MusterError):
    code = "answer_missing"
    sentence = _("This is not answered yet: %(question)s")


class AnswerUnfit(MusterError):
    code = "answer_unfit"
    sentence = _("This answer does not fit: %(question)s Look at it again.")


class SentFileTooLarge(MusterError):
    code = "sent_file_too_large"
    sentence = _("All files together may have %(megabytes)s MB. Choose a smaller one.")
    status = 413


class SentFileUnknown(MusterError):
    code = "sent_file_unknown"
    sentence = _("We take PDF, JPEG and PNG. Save the file as one of these and choose it again.")


class SentFileDamaged(MusterError):
    code = "sent_file_damaged"
    sentence = _("This file cannot be read. Save it anew, or choose another one.")


class SentFileNotKept(MusterError):
    code = "sent_file_not_kept"
    sentence = _("Your file could not be kept just now, and nothing was sent. Try again soon.")
    status = 503


class SentFilesTooMany(MusterError):
    code = "sent_files_too_many"
    sentence = _("You have sent %(most)s files already. Answer in words instead.")


class ApplicationMovesNot(MusterError):
    code = "application_moves_not"
    sentence = _("This application stands at “%(stage)s” and cannot go there. Reload the page.")
    status = 409


class ApplicationGone(MusterError):
    code = "application_gone"
    sentence = _("Everything of this application is deleted. Nothing more can be done with it.")
    status = 410


class NotAccepted(MusterError):
    code = "not_accepted"
    sentence = _("Accept the application first, then take the candidate in.")
    status = 409


class AlreadyHired(MusterError):
    code = "already_hired"
    sentence = _("This candidate is %(employee)s already. Nothing was added.")
    status = 409


class InternshipIncomplete(MusterError):
    code = "internship_incomplete"
    sentence = _("An intern needs a last day and a mentor. Choose both.")


class NotAnsweredYet(MusterError):
    code = "not_answered_yet"
    sentence = _("Answer the question first, then publish it.")
    status = 409
