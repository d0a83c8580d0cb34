from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from banso.listen.surveys import meanings


class Asked(models.TextChoices):
    CUSTOMERS = "customers", _("People at customers")
    COLLEAGUES = "colleagues", _("Colleagues, about a customer")


class Leaf(models.TextChoices):
    """Where in the experience tree an answer stands."""

    NO_TROUBLE = meanings.NO_TROUBLE, _("No trouble")
    NOT_CONSULTED = meanings.NOT_CONSULTED, _("Trouble, did not consult")
    ABOVE = meanings.ABOVE, _("Answered above expectation")
    AS_EXPECTED = meanings.AS_EXPECTED, _("Answered as expected")
    BELOW = meanings.BELOW, _("Answered below expectation")
    WAITING = meanings.WAITING, _("Consulted, no answer yet")


class Survey(models.Model):
    """Something we ask people again and again; its wording stands in its versions."""

    name = models.CharField(_("Name"), max_length=120)
    template = models.CharField(max_length=40, blank=True)
    """Key of the catalogue file it began with; "" when it began with nothing."""
    asked = models.CharField(
        _("Who is asked"), max_length=12, choices=Asked.choices, default=Asked.CUSTOMERS
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="survey_by_age")]

    def __str__(self) -> str:
        return self.name


class SurveyVersion(models.Model):
    """One wording. Once ``locked_at`` is set somebody may have read it, and it never changes."""

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    """As ``definition.as_document`` gives it."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "number"], name="survey_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.survey} v{self.number}"


class Wave(models.Model):
    """One asking of a survey: a year's, or a file of answers from elsewhere.

    ``audience``: the query string of the customer list that chose whom to ask, "" for everybody.
    ``is_anonymous``: nothing ties a handed-in answer to a person or a customer.
    """

    survey = models.ForeignKey(Survey, models.CASCADE, related_name="waves")
    version = models.ForeignKey(SurveyVersion, models.PROTECT, related_name="waves")
    name = models.CharField(_("Name of the wave"), max_length=120)
    source = models.CharField(_("Source"), max_length=60, default="banso")
    opens_on = models.DateField(_("Opens on"))
    closes_on = models.DateField(_("Closes on"), null=True, blank=True)
    """The last day on which it can be answered."""
    audience = models.CharField(max_length=2000, blank=True)
    key_people_only = models.BooleanField(_("Key persons only"), default=False)
    throttle_days = models.PositiveSmallIntegerField(_("Days between two surveys"), default=90)
    remind_after = models.JSONField(default=list, blank=True)
    """Days after the invitation on which those who have not answered are reminded."""
    mail_words = models.JSONField(default=dict, blank=True)
    """Words of its mails that were written for it: kind -> language -> subject and body. What is
    not there is said in the usual words."""
    is_anonymous = models.BooleanField(_("Anonymous"), default=False)
    public_token = models.CharField(max_length=64, null=True, unique=True)
    """What the public link carries; null without one."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["survey", "opens_on"], name="wave_of_survey")]

    def __str__(self) -> str:
        return f"{self.survey} {self.name}"


class Response(models.Model):
    """One person's answers in one wave; half-filled until ``submitted_at``.

    The scales, the leaf and ``ResponseChoice`` repeat by meaning what ``answers`` says by question,
    so that 100,000 of them can be counted. Of an anonymous wave neither account, person, user nor
    the time of day is kept.
    """

    class Origin(models.TextChoices):
        LINK = "link", _("Personal link")
        PUBLIC = "public", _("Public link")
        FILE = "file", _("File")

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="responses")
    version = models.ForeignKey(SurveyVersion, models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    """The colleague who answered about ``account``."""
    origin = models.CharField(max_length=8, choices=Origin.choices)
    external_id = models.CharField(max_length=200, blank=True)
    """Names a row of a file, so that bringing it in again changes it instead of doubling it."""
    resume_hash = models.CharField(max_length=64, null=True, unique=True)
    """SHA-256 of the secret with which its giver comes back to it; taken away by anonymity."""
    language = models.CharField(max_length=8, blank=True)
    draft = models.JSONField(default=dict)
    """Answers saved page by page and not handed in yet; ``answers`` are those that count."""
    answers = models.JSONField(default=dict)
    original = models.JSONField(default=dict)
    """What the file said, untouched, by column."""
    leaf = models.CharField(max_length=16, choices=Leaf.choices, blank=True)
    satisfaction = models.SmallIntegerField(null=True)
    intent = models.SmallIntegerField(null=True)
    recommend = models.SmallIntegerField(null=True)
    miss = models.SmallIntegerField(null=True)
    csat = models.SmallIntegerField(null=True)
    effort = models.SmallIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "person", "account"],
                condition=Q(person__isnull=False),
                name="one_response_per_person",
            ),
            models.UniqueConstraint(
                fields=["wave", "user", "account"],
                condition=Q(user__isnull=False),
                name="one_response_per_colleague",
            ),
            models.UniqueConstraint(
                fields=["wave", "external_id"],
                condition=~Q(external_id=""),
                name="one_response_per_row",
            ),
        ]
        indexes = [
            models.Index(fields=["wave", "submitted_on", "leaf"], name="response_of_wave"),
            models.Index(fields=["account", "-submitted_on"], name="response_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.wave} #{self.pk}"


class ResponseChoice(models.Model):
    """A kind of trouble, a channel or a reason that a handed-in answer named."""

    response = models.ForeignKey(Response, models.CASCADE, related_name="chosen")
    meaning = models.CharField(max_length=16)
    value = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "meaning", "value"], name="chosen_once")
        ]
        indexes = [models.Index(fields=["meaning", "value"], name="chosen_by_value")]

    def __str__(self) -> str:
        return f"{self.meaning}: {self.value}"
