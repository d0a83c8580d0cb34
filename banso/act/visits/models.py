from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Thanks(models.Model):
    """Somebody is thanked for answering a wave, once.

    A mail is ``sending`` from just before the mail server is spoken to; one whose worker ended in
    the middle becomes ``unsure`` and is not sent again by itself.
    """

    class Means(models.TextChoices):
        MAIL = "mail", pgettext_lazy("how we thanked", "E-mail")
        PERSON = "person", _("In person or by telephone")

    class State(models.TextChoices):
        OWED = "owed", _("About to be sent")
        SENDING = "sending", _("Being sent")
        DONE = "done", _("Thanked")
        FAILED = "failed", _("Not sent")
        UNSURE = "unsure", _("Perhaps sent")

    wave = models.ForeignKey("surveys.Wave", models.CASCADE, related_name="+")
    response = models.OneToOneField("surveys.Response", models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    """The colleague who answered."""
    means = models.CharField(max_length=8, choices=Means.choices)
    state = models.CharField(max_length=8, choices=State.choices)
    error = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "person"],
                condition=Q(person__isnull=False),
                name="person_thanked_once",
            ),
            models.UniqueConstraint(
                fields=["wave", "user"],
                condition=Q(user__isnull=False),
                name="colleague_thanked_once",
            ),
        ]
        indexes = [models.Index(fields=["wave", "state"], name="thanks_of_wave")]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.response_id} {self.state}"


class ThanksWords(models.Model):
    """What the thank-you mail of a wave says: {"ja": {"subject", "body"}, "en": …}."""

    wave = models.OneToOneField("surveys.Wave", models.CASCADE, related_name="+")
    words = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.wave_id)


class Visit(models.Model):
    """A visit to a customer after a wave: planned, then held or called off.

    ``reasons`` are keys of ``rules.REASONS`` as they were when it was planned; ``usage`` keeps what
    the metrics said on the day when what was found was written down.
    """

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    wave = models.ForeignKey("surveys.Wave", models.SET_NULL, null=True, related_name="+")
    reasons = models.JSONField(default=list)
    planned_on = models.DateField(_("Day of the visit"), null=True, blank=True)
    goers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("Who goes"), blank=True
    )
    questions = models.TextField(_("Questions to ask"), blank=True)
    held_on = models.DateField(_("Held on"), null=True)
    found = models.TextField(_("What we found on real usage"), blank=True)
    usage = models.JSONField(default=dict)
    called_off_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "wave"],
                condition=Q(held_on=None, called_off_at=None, wave__isnull=False),
                name="one_open_visit_per_wave",
            ),
            models.CheckConstraint(
                condition=Q(held_on=None) | Q(called_off_at=None), name="held_or_called_off"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="visit_of_account"),
            models.Index(fields=["wave", "account"], name="visit_of_wave"),
            models.Index(fields=["-created_at"], name="visit_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.held_on or self.planned_on or ''}".strip()


class Finding(models.Model):
    """What a visit brought: something to ask the makers for, something to do, something learnt.

    Requests stand here until there is a place of their own for them: ``kind``, ``text``,
    ``account``, ``about`` and ``task`` are what such a place takes over.
    """

    class Kind(models.TextChoices):
        REQUEST = "request", _("Request")
        ACTION = "action", pgettext_lazy("finding", "Action")
        LEARNING = "learning", _("Learning")

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    visit = models.ForeignKey(Visit, models.CASCADE, null=True, related_name="findings")
    wave = models.ForeignKey("surveys.Wave", models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(_("What is it"), max_length=8, choices=Kind.choices)
    text = models.TextField(_("In one or two sentences"))
    meaning = models.CharField(max_length=16, blank=True)
    """What it is about: "trouble_kind", "leaf", or "" for something else."""
    value = models.CharField(max_length=100, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Who does it"),
    )
    due_on = models.DateField(_("Due on"), null=True, blank=True)
    task = models.ForeignKey("tasks.Task", models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-created_at"], name="finding_of_account"),
            models.Index(fields=["meaning", "value", "created_at"], name="finding_by_subject"),
            models.Index(fields=["-created_at"], name="finding_by_age"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
