"""Forms of the careers page: to apply, to ask, and to answer what HR asks a candidate."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from companies.enums import QuestionKind
from companies.errors import MusterError
from companies.models import Opening, ScreeningQuestion
from companies.services import careers_files
from companies.services.applications import MOST_WORDS, Given
from companies.services.careers_files import MEGABYTES, NewFile
from companies.validators import validate_name_of_a_stranger
from integrations import documents
from portal.tickets import TicketForm

# Which consent somebody gave: raised with every change of its words (docs/careers.md keeps them).
CONSENT_VERSION: Final = 1


def _file_field(**kwargs: Any) -> forms.FileField:
    return forms.FileField(
        allow_empty_file=True, widget=forms.FileInput(attrs={"accept": documents.ACCEPTED}),
        **kwargs,
    )  # fmt: skip


def _file_help() -> str:
    return __("PDF, JPEG or PNG; all files together up to %(most)s MB.") % {"most": MEGABYTES}


def _limits(question: ScreeningQuestion) -> str:
    """Return what a number may be, in words."""
    words = {"least": question.least, "most": question.most, "unit": question.unit}
    words = {key: _short(value) for key, value in words.items()}
    if question.least is not None and question.most is not None:
        return __("A number from %(least)s to %(most)s %(unit)s").strip() % words
    if question.least is not None:
        return __("A number, %(least)s %(unit)s at least") % words
    if question.most is not None:
        return __("A number, %(most)s %(unit)s at most") % words
    return question.unit


def _short(value: Any) -> str:
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value or "")


def _answer_field(question: ScreeningQuestion) -> forms.Field:
    """Return the field in which a screening question is answered."""
    shown: dict[str, Any] = {
        "label": question.words if question.is_required
        else __("%(question)s (optional)") % {"question": question.words},
        "required": question.is_required, "help_text": question.help_text,
    }  # fmt: skip
    if question.kind == QuestionKind.CHOICE:
        options = [("", _("Choose…")), *((option, option) for option in question.options)]
        return forms.ChoiceField(choices=options, **shown)
    if question.kind == QuestionKind.NUMBER:
        shown["help_text"] = " · ".join(filter(None, (question.help_text, _limits(question))))
        return forms.DecimalField(
            min_value=question.least, max_value=question.most, max_digits=12, decimal_places=2,
            widget=forms.NumberInput(attrs={"step": "any"}), **shown,
        )  # fmt: skip
    if question.kind == QuestionKind.FILE:
        shown["help_text"] = " ".join(filter(None, (question.help_text, _file_help())))
        return _file_field(**shown)
    return forms.CharField(max_length=MOST_WORDS, widget=forms.Textarea(attrs={"rows": 3}), **shown)


def read_file(sent: Any, now: dt.datetime) -> NewFile:
    """Return a file that was sent, as it may be kept.

    Raises:
        ValidationError: with what is wrong in a sentence.
    """
    try:
        # More than may be is not read: the reader refuses what is longer.
        return careers_files.read(sent.read(documents.MOST_BYTES + 1), now=now)
    except MusterError as error:
        raise ValidationError(str(error), code=error.code) from error


class StrangerForm(TicketForm):
    """Whoever writes by a public form: a name, and an address to answer to."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, validators=[validate_name_of_a_stranger],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("Your e-mail"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip


class ApplyForm(StrangerForm):
    """An application: who, what the opening asks, and the consent."""

    phone = forms.CharField(
        label=_("Phone (optional)"), max_length=40, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    agrees = forms.BooleanField(error_messages={"required": _("Without it you cannot apply.")})
    is_kept_longer = forms.BooleanField(required=False)

    def __init__(
        self, *args: Any, opening: Opening, months: int, now: dt.datetime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.months, self.now = months, now
        self.questions = list(ScreeningQuestion.objects.filter(opening=opening))
        self.fields["email"].help_text = _("We send a link there, by which you confirm and follow.")
        for question in self.questions:
            self.fields[self.name_of(question)] = _answer_field(question)
        # Consent is asked last, where everything else is said.
        for name in ("agrees", "is_kept_longer"):
            self.fields[name] = self.fields.pop(name)

    @staticmethod
    def name_of(question: ScreeningQuestion) -> str:
        """Return the name of the field of a question."""
        return f"q-{question.public_id}"

    @property
    def has_files(self) -> bool:
        """Whether a file is asked for."""
        return any(question.kind == QuestionKind.FILE for question in self.questions)

    def asks(self) -> list[Any]:
        """Return the fields that are asked before the consent."""
        return [field for field in self.visible() if field.name not in ("agrees", "is_kept_longer")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._refuse_other_months()
        self.given: list[Given] = []
        if self.errors:
            # A picture is decoded for who came by the form and filled it in, not for everybody;
            # the files are to be chosen once more anyway.
            return cleaned
        bytes_left = documents.MOST_BYTES
        for question in self.questions:
            name, value = self.name_of(question), cleaned.get(self.name_of(question))
            if value in (None, ""):
                continue
            if question.kind != QuestionKind.FILE:
                self.given.append(Given(question, str(value).strip()))
                continue
            try:
                file = read_file(value, self.now)
            except ValidationError as error:
                self.add_error(name, error)
                continue
            bytes_left -= len(file.document.data)
            self.given.append(Given(question, file=file))
        if bytes_left < 0:
            raise ValidationError(
                __("All files together may have %(most)s MB. Choose smaller ones.")
                % {"most": MEGABYTES}, code="files_too_large",
            )  # fmt: skip
        return cleaned

    def _refuse_other_months(self) -> None:
        """Have the consent given anew where HR changed how long it is kept since it was shown."""
        if self.data.get("months", "") in ("", str(self.months)):
            return
        consents = ("agrees", "is_kept_longer")
        self.data = {name: said for name, said in self.data.items() if name not in consents}
        words = __("How long it is kept has changed. Read it again, then send it.")
        self.add_error(None, ValidationError(words, code="months_changed"))


class AskForm(StrangerForm):
    """A visitor's question."""

    question = forms.CharField(
        label=_("Your question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    field_order = ("question", "name", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # On a page with no other form of that name.
        super().__init__(*args, **{"auto_id": "ask_%s", **kwargs})
        self.fields["email"].help_text = _("The answer goes there, and nothing else.")


class ReplyForm(forms.Form):
    """What HR asked a candidate, answered in words, by a file, or both."""

    answer = forms.CharField(
        label=_("Your answer"), max_length=2000, required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip
    file = _file_field(label=_("A file (optional)"), required=False)

    def __init__(self, *args: Any, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.fields["file"].help_text = _file_help()

    def clean_file(self) -> NewFile | None:
        """Return the file as it may be kept."""
        sent = self.cleaned_data["file"]
        return read_file(sent, self.now) if sent else None
