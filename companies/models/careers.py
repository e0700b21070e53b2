"""Openings of a company, who applies for them, and what visitors ask."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext as __
from django.utils.translation import gettext_lazy as _

from companies.enums import (
    ApplicationStage,
    ApplicationStep,
    EmploymentType,
    OpeningState,
    QuestionKind,
)
from companies.models.base import CompanyOwned
from companies.models.people import Employee
from companies.validators import validate_name_of_a_stranger

MOST_CHOICES = 30


class CareersPage(CompanyOwned):
    """Whether the company's openings are to be read by everybody, and what stands above them."""

    is_on = models.BooleanField(_("everybody may read the careers page"), default=False)
    intro = models.TextField(_("introduction"), blank=True, max_length=3000)
    kept_months = models.PositiveSmallIntegerField(
        _("keep applications after the decision (months)"), default=6,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
    )  # fmt: skip

    class Meta:
        verbose_name = _("careers page")
        verbose_name_plural = _("careers pages")
        constraints = (
            models.UniqueConstraint(fields=["company"], name="companies_careerspage_one"),
        )

    def __str__(self) -> str:
        return str(_("Careers page"))


class Opening(CompanyOwned):
    """A position that people may apply for, on its dates in the company's time zone."""

    title = models.CharField(_("title"), max_length=120)
    kind = models.CharField(
        _("employment type"), max_length=20, choices=EmploymentType.choices,
        default=EmploymentType.EMPLOYEE,
    )  # fmt: skip
    office = models.ForeignKey(
        "companies.Office", on_delete=models.PROTECT, related_name="openings",
        null=True, blank=True, verbose_name=_("office"),
    )  # fmt: skip
    is_remote = models.BooleanField(_("may be done from elsewhere"), default=False)
    department = models.ForeignKey(
        "companies.Department", on_delete=models.PROTECT, related_name="openings",
        null=True, blank=True, verbose_name=_("department"),
    )  # fmt: skip
    shows_department = models.BooleanField(_("show the department"), default=True)
    description = models.TextField(
        _("description"), blank=True, max_length=8000,
        help_text=_("Plain text; an empty line begins a paragraph."),
    )  # fmt: skip
    opens_on = models.DateField(_("open from"), null=True, blank=True)
    closes_on = models.DateField(
        _("last day to apply"), null=True, blank=True,
        help_text=_("Empty: until you close it. In the company's time zone."),
    )  # fmt: skip
    state = models.CharField(
        _("state"), max_length=10, choices=OpeningState.choices, default=OpeningState.DRAFT,
        editable=False,
    )  # fmt: skip

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens_on__isnull=True) | models.Q(closes_on__isnull=True)
                | models.Q(closes_on__gte=models.F("opens_on")),
                name="companies_opening_closes_after_opening",
                violation_error_message=_("The last day to apply is before the first."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=("company", "state"))]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse to leave what everybody reads without a word of what it is about."""
        if self.state == OpeningState.PUBLISHED and not self.description.strip():
            said = __("Everybody reads this opening. Write what it is about, or close it first.")
            raise ValidationError({"description": said})

    def takes(self, today: dt.date) -> bool:
        """Return whether people may read of it and apply on this date."""
        is_begun = self.opens_on is None or self.opens_on <= today
        return self.state == OpeningState.PUBLISHED and is_begun and not self.is_over(today)

    def is_over(self, today: dt.date) -> bool:
        """Return whether its last day has passed."""
        return self.closes_on is not None and self.closes_on < today

    @property
    def place(self) -> str:
        """Where the work is done, in words; nothing where HR did not say."""
        if not self.is_remote:
            return str(self.office or "")
        return __("%(office)s or remote") % {"office": self.office} if self.office else __("Remote")


class ScreeningQuestion(CompanyOwned):
    """What everybody who applies for an opening is asked; answers keep its words as they were."""

    opening = models.ForeignKey(
        Opening, on_delete=models.PROTECT, related_name="questions", verbose_name=_("opening")
    )
    number = models.PositiveSmallIntegerField(
        _("place"), default=10, help_text=_("Small numbers come first.")
    )
    kind = models.CharField(
        _("answered by"), max_length=10, choices=QuestionKind.choices, default=QuestionKind.TEXT
    )
    words = models.CharField(_("question"), max_length=300)
    help_text = models.CharField(_("hint below it"), max_length=300, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=True)
    choices = models.TextField(
        _("answers to choose from"), blank=True, max_length=3000,
        help_text=_("For “One of several”: one a line, two at least."),
    )  # fmt: skip
    least = models.DecimalField(
        _("least"), max_digits=12, decimal_places=2, null=True, blank=True,
        help_text=_("For a number. Empty: no limit."),
    )  # fmt: skip
    most = models.DecimalField(_("most"), max_digits=12, decimal_places=2, null=True, blank=True)
    unit = models.CharField(
        _("unit"), max_length=20, blank=True, help_text=_("For a number, such as years.")
    )

    class Meta:
        verbose_name = _("screening question")
        verbose_name_plural = _("screening questions")
        ordering = ("opening", "number", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(least__isnull=True) | models.Q(most__isnull=True)
                | models.Q(most__gte=models.F("least")),
                name="companies_screeningquestion_most_from_least",
                violation_error_message=_("The most is less than the least."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.words

    @property
    def options(self) -> list[str]:
        """What may be chosen, each once, in order."""
        lines = (line.strip() for line in self.choices.splitlines())
        return list(dict.fromkeys(filter(None, lines)))

    def clean(self) -> None:
        """Refuse answers to choose from that are none, and too many."""
        if self.kind != QuestionKind.CHOICE:
            self.choices = ""
        elif not 2 <= len(self.options) <= MOST_CHOICES:
            said = __("Write two answers at least and %(most)s at most, one a line.")
            raise ValidationError({"choices": said % {"most": MOST_CHOICES}})


class Application(CompanyOwned):
    """Somebody applies for an opening; nobody reads it before the address is confirmed.

    `token` names the form that it was sent by. At `purge_at` everything about the person goes;
    the row stays for the count, and says so by `erased_at`.
    """

    opening = models.ForeignKey(
        Opening, on_delete=models.PROTECT, related_name="applications", verbose_name=_("opening")
    )
    token = models.UUIDField(unique=True, editable=False)
    name = models.CharField(
        _("name"), max_length=120, blank=True, validators=[validate_name_of_a_stranger]
    )
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    locale = models.CharField(_("language"), max_length=10, blank=True)
    stage = models.CharField(
        _("stage"), max_length=10, choices=ApplicationStage.choices, default=ApplicationStage.ASKED
    )
    consent_version = models.PositiveSmallIntegerField(_("consent, version"))
    kept_months = models.PositiveSmallIntegerField(_("kept after the decision (months)"))
    asked_at = models.DateTimeField(_("sent at"))
    confirmed_at = models.DateTimeField(_("address confirmed at"), null=True, blank=True)
    moved_at = models.DateTimeField(_("last moved at"))
    reason = models.CharField(_("reason"), max_length=1000, blank=True)
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="applications", null=True, blank=True,
        verbose_name=_("became"),
    )  # fmt: skip
    purge_at = models.DateTimeField(_("deleted on"), null=True, blank=True)
    erased_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ("-confirmed_at", "-id")
        constraints = [
            models.UniqueConstraint(
                models.F("opening"), Lower("email"),
                condition=models.Q(confirmed_at__isnull=False, erased_at__isnull=True),
                name="companies_application_one_an_address",
            ),
            models.CheckConstraint(
                condition=models.Q(employee__isnull=True)
                | models.Q(stage=ApplicationStage.ACCEPTED),
                name="companies_application_accepted_before_hired",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(name="", email="", phone="", reason="", employee__isnull=True),
                name="companies_application_erased_says_nothing",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=("company", "stage")),
            models.Index(fields=("company", "purge_at")),
        ]

    def __str__(self) -> str:
        # No name: the audit keeps what stands here for longer than the person may be known.
        return f"{self.opening.title} · {self.reference}"

    @property
    def reference(self) -> str:
        """A short name without a person in it."""
        return self.public_id.hex[-6:].upper()

    def is_over(self, now: dt.datetime) -> bool:
        """Return whether nothing of it is to be shown, whenever the job that deletes it comes."""
        is_due = self.purge_at is not None and now >= self.purge_at
        return self.erased_at is not None or is_due


class ApplicationFile(CompanyOwned):
    """A file that a candidate sent; it goes with everything else about them."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="files", verbose_name=_("application")
    )
    storage_key = models.CharField(max_length=200)
    content_type = models.CharField(_("kind of file"), max_length=20)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("sent at"))

    class Meta:
        verbose_name = _("file of an application")
        verbose_name_plural = _("files of applications")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=("company", "storage_key"), name="companies_applicationfile_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.created_at:%Y-%m-%d}"


class ApplicationAnswer(CompanyOwned):
    """What was asked in the form, in the words of that day, and what was answered."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="answers",
        verbose_name=_("application"),
    )  # fmt: skip
    number = models.PositiveSmallIntegerField(_("place"))
    kind = models.CharField(_("answered by"), max_length=10, choices=QuestionKind.choices)
    question = models.CharField(_("question"), max_length=300)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    text = models.TextField(_("answer"), blank=True, max_length=4000)
    file = models.ForeignKey(
        ApplicationFile, on_delete=models.PROTECT, related_name="answers", null=True, blank=True,
        verbose_name=_("file"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("answer of an application")
        verbose_name_plural = _("answers of applications")
        ordering = ("application", "number")
        constraints = [
            models.UniqueConstraint(
                fields=("application", "number"), name="companies_applicationanswer_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.question


class ApplicationEvent(CompanyOwned):
    """One thing that happened to an application, in order; never edited, deleted with the rest."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="events",
        verbose_name=_("application"),
    )  # fmt: skip
    number = models.PositiveSmallIntegerField(_("number"))
    step = models.CharField(_("what"), max_length=10, choices=ApplicationStep.choices)
    stage = models.CharField(
        _("stage"), max_length=10, choices=ApplicationStage.choices, blank=True
    )
    words = models.TextField(_("words"), blank=True, max_length=2000)
    is_shown = models.BooleanField(_("the candidate sees it"), default=True)
    answers = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="answer", null=True, blank=True,
        verbose_name=_("answers"),
    )  # fmt: skip
    file = models.ForeignKey(
        ApplicationFile, on_delete=models.PROTECT, related_name="events", null=True, blank=True,
        verbose_name=_("file"),
    )  # fmt: skip
    made_by_name = models.CharField(_("by"), max_length=120, blank=True)
    made_at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("event of an application")
        verbose_name_plural = _("events of applications")
        ordering = ("application", "number")
        constraints = [
            models.UniqueConstraint(
                fields=("application", "number"), name="companies_applicationevent_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} · {self.get_step_display()}"


class VisitorQuestion(CompanyOwned):
    """What somebody asks the company, or about an opening; HR may publish it with its answer.

    At `purge_at` an unanswered one goes; of an answered one who asked is forgotten, and what HR
    has published stays.
    """

    opening = models.ForeignKey(
        Opening, on_delete=models.PROTECT, related_name="visitor_questions",
        null=True, blank=True, verbose_name=_("about"),
    )  # fmt: skip
    token = models.UUIDField(unique=True, editable=False)
    name = models.CharField(
        _("name"), max_length=120, blank=True, validators=[validate_name_of_a_stranger]
    )
    email = models.EmailField(_("e-mail"), blank=True)
    locale = models.CharField(_("language"), max_length=10, blank=True)
    question = models.TextField(_("question"), blank=True, max_length=1000)
    asked_at = models.DateTimeField(_("asked at"))
    answer = models.TextField(_("answer"), blank=True, max_length=4000)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by_name = models.CharField(_("answered by"), max_length=120, blank=True)
    is_published = models.BooleanField(_("published"), default=False)
    public_question = models.CharField(_("question as published"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=10)
    purge_at = models.DateTimeField(_("who asked is forgotten on"), null=True, blank=True)

    class Meta:
        verbose_name = _("question of a visitor")
        verbose_name_plural = _("questions of visitors")
        ordering = ("-asked_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(is_published=False)
                | (~models.Q(answer="") & ~models.Q(public_question="")),
                name="companies_visitorquestion_answered_before_public",
            ),
        ]
        indexes = [models.Index(fields=("company", "is_published"))]

    def __str__(self) -> str:
        # No words of the visitor: the audit keeps what stands here.
        return f"{self.asked_at:%Y-%m-%d} · {self.public_id.hex[-6:].upper()}"
