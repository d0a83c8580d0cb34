from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("Not started")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    RUNNING = "running", _("Loading")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Failed")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


AT_WORK = (State.CHECKING, State.RUNNING)
RESUMABLE = (State.STOPPED, State.FAILED)
STARTABLE = (State.DRAFT, State.CHECKED)


def folder() -> Path:
    """Where uploaded files and refused rows lie."""
    return Path(settings.MEDIA_ROOT) / "loads"


class Load(models.Model):
    """History on its way into the lake from one or several files. The counts and the place in each
    file are saved in the transaction of the events they count.
    """

    name = models.CharField(_("Files"), max_length=255)
    token = models.CharField(max_length=32, unique=True)
    mapping = models.JSONField(default=dict)
    time_zone = models.CharField(_("Time zone"), max_length=60)
    state = models.CharField(_("State"), max_length=10, choices=State.choices, default=State.DRAFT)

    accepted = models.PositiveBigIntegerField(_("Events"), default=0)
    refused = models.PositiveBigIntegerField(_("Refused"), default=0)
    unknown = models.PositiveBigIntegerField(_("Of unknown customers"), default=0)
    passed = models.PositiveBigIntegerField(default=0)
    left_out = models.PositiveBigIntegerField(default=0)
    unknown_keys = models.JSONField(default=dict)
    refused_bytes = models.PositiveBigIntegerField(default=0)
    refused_kept = models.PositiveIntegerField(default=0)

    worked_seconds = models.FloatField(default=0)
    waits = models.BooleanField(default=False)
    error = models.JSONField(default=dict)

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    active_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="load_by_time")]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"

    @property
    def rows(self) -> int:
        """Rows that were read so far."""
        return self.accepted + self.refused + self.passed

    @property
    def rate(self) -> float:
        """Rows a second while work was done."""
        return self.rows / self.worked_seconds if self.worked_seconds else 0.0

    @property
    def refused_path(self) -> Path:
        return folder() / f"{self.token}.refused"


class LoadFile(models.Model):
    """One file of a load, what it was when the load began, and how far it was read."""

    load = models.ForeignKey(Load, models.CASCADE, related_name="files")
    place = models.PositiveIntegerField()
    path = models.TextField()
    name = models.CharField(max_length=255)
    is_copy = models.BooleanField(default=False)
    size = models.BigIntegerField()
    changed_ns = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    form = models.JSONField(default=dict)

    at = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    read_bytes = models.BigIntegerField(default=0)
    done = models.BooleanField(default=False)

    class Meta:
        ordering = ("place",)
        constraints = [models.UniqueConstraint(fields=["load", "place"], name="one_file_per_place")]

    def __str__(self) -> str:
        return self.name
