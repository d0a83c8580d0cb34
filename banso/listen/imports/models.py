from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from banso.listen.imports.meaning.kinds import ACCOUNTS, EVENTS, PEOPLE, SUBSCRIPTIONS, WIDE


class Kind(models.TextChoices):
    """What the rows of a file are."""

    ACCOUNTS = ACCOUNTS, _("Customers")
    PEOPLE = PEOPLE, _("People")
    SUBSCRIPTIONS = SUBSCRIPTIONS, _("Subscriptions")
    EVENTS = EVENTS, _("Events")
    WIDE = WIDE, _("Customers with their subscription, as of one day")


class State(models.TextChoices):
    DRAFT = "draft", _("Not checked yet")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (State.CHECKING, State.RUNNING)


class Upload(models.Model):
    """A file as it came, under a name nobody can guess; never changed."""

    name = models.CharField(_("File"), max_length=255)
    stored_as = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField(_("Size"))
    sha256 = models.CharField(max_length=64)
    shape = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        return folder() / self.stored_as


def folder() -> Path:
    """Where uploads and what came of them lie."""
    return Path(settings.MEDIA_ROOT) / "imports"


class ImportRun(models.Model):
    """One file on its way in. The checkpoint is saved in the transaction of the rows it counts,
    so that a run that was cut off goes on where it stopped."""

    upload = models.ForeignKey(Upload, models.PROTECT, related_name="runs")
    kind = models.CharField(_("Kind"), max_length=20, choices=Kind.choices, blank=True)
    mapping = models.JSONField(default=dict)
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.DRAFT)
    language = models.CharField(max_length=5, default="en")

    created = models.PositiveIntegerField(_("Created"), default=0)
    changed = models.PositiveIntegerField(_("Changed"), default=0)
    same = models.PositiveIntegerField(_("Unchanged"), default=0)
    refused = models.PositiveIntegerField(_("Refused"), default=0)
    unclaimed = models.PositiveIntegerField(_("Of unknown customers"), default=0)
    noticed = models.PositiveIntegerField(_("Remarks"), default=0)
    rows_total = models.PositiveIntegerField(null=True)
    preview = models.JSONField(default=dict)

    position = models.PositiveIntegerField(default=0)
    share = models.FloatField(default=0)
    refused_bytes = models.BigIntegerField(default=0)
    waiting_parents = models.JSONField(default=dict)
    error = models.JSONField(default=dict)

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="import_run_by_time")]

    def __str__(self) -> str:
        return f"{self.upload.name} ({self.state})"

    @property
    def percent(self) -> int:
        return min(round(self.share * 100), 100)

    @property
    def rows_done(self) -> int:
        return self.created + self.changed + self.same + self.refused

    def beside(self, ending: str) -> Path:
        """A file that belongs to this run."""
        return folder() / f"{self.upload.stored_as}-{self.pk}.{ending}"

    @property
    def refused_path(self) -> Path:
        return self.beside("refused.csv")


class Mapping(models.Model):
    """A mapping kept for the next file with the same columns."""

    signature = models.CharField(max_length=32)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(_("Name"), max_length=100, blank=True)
    mapping = models.JSONField(default=dict)
    used_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["signature", "kind"], name="one_mapping_per_header")
        ]

    def __str__(self) -> str:
        return self.name or self.signature
