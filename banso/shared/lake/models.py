from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Batch(models.Model):
    """The inbox: events that were accepted and wait for the compaction.

    ``format`` says who can read the payload: "arrow" the lake itself, others a decoder.
    """

    source = models.CharField(max_length=80)
    format = models.CharField(max_length=20, default="arrow", db_default="arrow")
    meta = models.JSONField(default=dict, db_default={})
    rows = models.PositiveIntegerField()
    unpacked_bytes = models.PositiveBigIntegerField()
    payload = models.BinaryField()
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.source} #{self.pk}: {self.rows}"


class Segment(models.Model):
    """The manifest: one Parquet file of one week; a retired one may be read for a while.

    The rows behind a segment never change. Its file may: one with more columns takes its place, and
    the old file becomes a retired segment of its own.
    """

    week = models.IntegerField()
    file = models.CharField(max_length=80, unique=True)
    rows = models.PositiveBigIntegerField()
    unknown_rows = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField()
    layout = models.PositiveSmallIntegerField(default=1)
    promoted = models.JSONField(default=list)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["week"], condition=models.Q(retired_at=None), name="segment_live_by_week"
            )
        ]

    def __str__(self) -> str:
        return self.file


class Promoted(models.Model):
    """A property of events that has a column of its own in the files."""

    NUMBER, TEXT = "number", "text"

    prop = models.CharField(max_length=255)
    kind = models.CharField(max_length=6, choices=[(NUMBER, NUMBER), (TEXT, TEXT)])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prop", "kind"], name="one_column_per_property")
        ]

    def __str__(self) -> str:
        return f"{self.prop} ({self.kind})"

    @property
    def column(self) -> str:
        """Its name in the files: numbers in millionths, or text."""
        return f"n{self.pk}" if self.kind == self.NUMBER else f"s{self.pk}"


class Posting(models.Model):
    """The ledger: how many acknowledged events became how many rows, and how many were removed.

    Written in the transaction that changes the manifest, so that the two can be held against each
    other. ``rows`` were taken from the inbox, ``change`` of them were new (or were removed).
    """

    OPENING, COMPACTED, EXPIRED, FORGOTTEN = "opening", "compacted", "expired", "forgotten"

    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    batches = models.PositiveBigIntegerField(default=0)
    first_batch = models.BigIntegerField(null=True)
    last_batch = models.BigIntegerField(null=True)
    rows = models.PositiveBigIntegerField(default=0)
    change = models.BigIntegerField()
    # week -> change
    by_week = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["kind", "at"], name="posting_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M} {self.change:+}"


class Forgetting(models.Model):
    """A person's events are taken out of the files, or given a random user; who it was is known
    here only until it is done.
    """

    class Mode(models.TextChoices):
        ERASE = "erase", _("Erase")
        PSEUDONYMISE = "pseudonymise", _("Pseudonymise")

    mode = models.CharField(max_length=12, choices=Mode.choices)
    user_keys = models.JSONField(default=list)
    pseudonyms = models.JSONField(default=dict)
    words = models.JSONField(default=list)
    # None: wherever the user appears
    account_ids = models.JSONField(null=True)
    asked_at = models.DateTimeField()
    files = models.PositiveIntegerField(default=0)
    of_files = models.PositiveIntegerField(default=0)
    # segments that the last search found, as far as they are not rewritten yet
    pending = models.JSONField(default=list)
    events = models.PositiveBigIntegerField(default=0)
    by_week = models.JSONField(default=dict)
    # how many a last question found, when it was done
    left = models.PositiveBigIntegerField(null=True)
    finished_at = models.DateTimeField(null=True)
    swept_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"#{self.pk}"


class Manifest(models.Model):
    """Counts the changes of the manifest: who changes it says which count it has seen."""

    version = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_manifest")]

    def __str__(self) -> str:
        return str(self.version)
