from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from banso.listen.imports.models import folder


class State(models.TextChoices):
    DRAFT = "draft", _("Not checked yet")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")


OPEN = (State.CHECKING, State.RUNNING, State.UNDOING)


class EarlierRun(models.Model):
    """One file of answers on its way into a wave. The checkpoint is saved in the transaction of
    the answers it counts, so that a run that was cut off goes on where it stopped.

    ``seen``: by column the different values that were found, for the page of the columns.
    ``made_survey``: the survey came with this file, and goes with it.
    """

    upload = models.ForeignKey("imports.Upload", models.PROTECT, related_name="+")
    mapping = models.JSONField(default=dict)
    seen = models.JSONField(default=list)
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.DRAFT)
    language = models.CharField(max_length=5, default="en")
    survey = models.ForeignKey("surveys.Survey", models.SET_NULL, null=True, related_name="+")
    wave = models.ForeignKey("surveys.Wave", models.SET_NULL, null=True, related_name="+")
    made_survey = models.BooleanField(default=False)
    made_wave = models.BooleanField(default=False)

    created = models.PositiveIntegerField(_("Created"), default=0)
    changed = models.PositiveIntegerField(_("Changed"), default=0)
    same = models.PositiveIntegerField(_("Unchanged"), default=0)
    refused = models.PositiveIntegerField(_("Refused"), default=0)
    aside = models.PositiveIntegerField(_("Of unknown customers"), default=0)
    nameless = models.PositiveIntegerField(_("Of unknown people"), default=0)
    noticed = models.PositiveIntegerField(_("Remarks"), default=0)
    rows_total = models.PositiveIntegerField(null=True)
    preview = models.JSONField(default=dict)

    position = models.PositiveIntegerField(default=0)
    share = models.FloatField(default=0)
    refused_bytes = models.BigIntegerField(default=0)
    error = models.JSONField(default=dict)

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="earlier_run_by_time")]

    def __str__(self) -> str:
        return f"{self.upload.name} ({self.state})"

    @property
    def percent(self) -> int:
        return min(round(self.share * 100), 100)

    @property
    def rows_done(self) -> int:
        return self.created + self.changed + self.same + self.refused + self.aside

    @property
    def refused_path(self) -> Path:
        return folder() / f"{self.upload.stored_as}-earlier-{self.pk}.refused.csv"


class KeptColumns(models.Model):
    """What the columns mean, kept for the next file with the same ones."""

    signature = models.CharField(max_length=32, unique=True)
    name = models.CharField(_("Name"), max_length=255)
    mapping = models.JSONField()
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Aside(models.Model):
    """An answer of somebody we do not know yet.

    Of an unknown customer it waits here with all it says (``kept``); of an unknown person at a
    known customer it counts already, as ``response``.
    """

    run = models.ForeignKey(EarlierRun, models.CASCADE, related_name="asides")
    wave = models.ForeignKey("surveys.Wave", models.CASCADE, related_name="+")
    response = models.OneToOneField("surveys.Response", models.CASCADE, null=True, related_name="+")
    external_id = models.CharField(max_length=200)
    account_text = models.CharField(max_length=200, blank=True)
    people_texts = models.JSONField(default=list)
    kept = models.JSONField(default=dict)
    """For an unknown customer: answers, original, on (ISO), language."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "external_id"], name="one_aside_per_row")
        ]
        indexes = [models.Index(fields=["account_text"], name="aside_by_account_text")]

    def __str__(self) -> str:
        return f"{self.account_text} {self.external_id}"
