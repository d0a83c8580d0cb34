from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from banso.prove.hypotheses.rules import months_later


class Compare(models.TextChoices):
    """How a threshold is meant; empty: the number itself is compared."""

    NUMBER = "", _("The number itself: the higher, the …")
    AT_MOST = "at_most", _("Reached: at most")
    AT_LEAST = "at_least", _("Reached: at least")


class Direction(models.TextChoices):
    MORE = "more", _("more often")
    LESS = "less", _("less often")


class Level(models.TextChoices):
    """How far a hypothesis has come; computed from its checks, never chosen."""

    CANDIDATE = "candidate", _("Candidate")
    ASSOCIATED = "associated", _("Associated")
    REPLICATED = "replicated", _("Replicated")
    RETIRED = "retired", _("Retired")


class Result(models.TextChoices):
    """What one check said."""

    WAITING = "waiting", _("Not enough data yet")
    FOUND = "found", _("Found as claimed")
    CONTRARY = "contrary", _("Not as claimed")
    UNDECIDED = "undecided", _("Undecided")
    LEAK = "leak", _("Suspicious")


class EntryKind(models.TextChoices):
    WRITTEN = "written", _("Written down")
    CHECKED = "checked", _("Was checked")
    PLANNED = "planned", _("Owner or date changed")
    RETIRED = "retired", _("Retired")


class Aim(models.TextChoices):
    """What an outcome of the organisation's own is about."""

    SUCCESS = "success", _("Delivered success")
    INTENT = "intent", _("Intent to continue")
    OTHER = "other", _("Something else")


class Origin(models.TextChoices):
    """Where such an outcome is read."""

    FIELD = "field", _("Fields of the customers")
    METRIC = "metric", _("A metric at the end of each quarter")


class OwnOutcome(models.Model):
    """Something besides renewal that comes or does not, as somebody registered it.

    What it means is never changed: hypotheses rest on it. ``params``: keys of the field with the
    answer and of the field with its day, or the metric as it was meant. ``counts``: the answer that
    counts as come; of a number this or more (of a metric ``compare`` says which way).
    """

    name = models.CharField(_("Name"), max_length=80)
    aim = models.CharField(_("What it is about"), max_length=10, choices=Aim.choices)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    params = models.JSONField(default=dict)
    compare = models.CharField(max_length=10, choices=Compare.choices, blank=True)
    counts = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"own.{self.pk}"


class Reading(models.Model):
    """One customer's answer on a day, as it was when it was first read; never changed."""

    outcome = models.ForeignKey(OwnOutcome, models.PROTECT, related_name="readings")
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    on = models.DateField()
    value = models.CharField(max_length=200)
    came = models.BooleanField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["outcome", "account", "on"], name="one_reading_per_customer_and_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.on} {self.value}"


class LedgerEntry(models.Model):
    """One link of the chain (``chain.py``): never changed, never deleted.

    ``content`` is canonical JSON, ``moment`` the time as ISO text: kept as the texts that were
    hashed, so that no database's way of storing them changes the digest.
    """

    number = models.PositiveBigIntegerField(unique=True)
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    hypothesis_number = models.BigIntegerField(db_index=True)
    moment = models.CharField(max_length=40)
    content = models.TextField()
    before = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Hypothesis(models.Model):
    """What somebody expects, written down before looking.

    What was claimed is never changed; only where it stands (from ``level`` on) moves, through
    checks. ``metric_shape``, ``metric_params``: what the metric meant in its version.
    ``smallest``: the smallest difference of rates that would matter, 0.1 = 10 points.
    ``look_from``: decisions after this day were not looked at yet. ``contrary``: looks in a row
    that said the contrary.
    """

    statement = models.TextField(max_length=1000)
    metric = models.ForeignKey("metrics.MetricDefinition", models.PROTECT, related_name="+")
    metric_version = models.PositiveIntegerField()
    metric_shape = models.CharField(max_length=40)
    metric_params = models.JSONField(default=dict)
    compare = models.CharField(max_length=10, choices=Compare.choices, blank=True)
    threshold = models.FloatField(null=True)
    outcome = models.CharField(max_length=40)
    own_outcome = models.ForeignKey(OwnOutcome, models.PROTECT, null=True, related_name="+")
    direction = models.CharField(max_length=4, choices=Direction.choices)
    segment_key = models.CharField(max_length=160, blank=True)
    segment_level = models.CharField(max_length=200, blank=True)
    segment_en = models.CharField(max_length=200, blank=True)
    segment_ja = models.CharField(max_length=200, blank=True)
    smallest = models.FloatField()
    every_months = models.PositiveSmallIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    registered_at = models.DateTimeField()
    registered_on = models.DateField()
    found_in = models.ForeignKey("studies.Finding", models.SET_NULL, null=True, related_name="+")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    first_entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="+", null=True)

    level = models.CharField(max_length=10, choices=Level.choices, default=Level.CANDIDATE)
    contrary = models.PositiveSmallIntegerField(default=0)
    look_from = models.DateField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    next_check_on = models.DateField()
    retired_at = models.DateTimeField(null=True)
    retired_because = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "hypotheses"
        indexes = [
            models.Index(
                fields=["next_check_on"],
                condition=models.Q(retired_at=None),
                name="hypothesis_open_by_check",
            )
        ]

    def __str__(self) -> str:
        return self.statement

    @property
    def is_flag(self) -> bool:
        return bool(self.compare)

    @property
    def value_key(self) -> str:
        """The metric in its version: hypotheses with the same one share its values."""
        return f"{self.metric.key}__v{self.metric_version}"

    @property
    def segment(self) -> str:
        """The segment in the reader's language; empty when it is about all customers."""
        return self.segment_ja if (get_language() or "").startswith("ja") else self.segment_en

    @property
    def check_after_next_on(self) -> Any:
        return months_later(self.next_check_on, self.every_months)


class Check(models.Model):
    """One check, kept for ever. ``figures``: what it saw (``checking.py``).

    ``opened``: it looked at the decisions of ``since`` (excluded) to ``until``; a check that did
    not only counted them, and they wait for a later one.
    """

    hypothesis = models.ForeignKey(Hypothesis, models.PROTECT, related_name="checks")
    at = models.DateTimeField()
    data_cut = models.DateField(null=True)
    since = models.DateField()
    until = models.DateField(null=True)
    opened = models.BooleanField(default=False)
    result = models.CharField(max_length=10, choices=Result.choices)
    level_before = models.CharField(max_length=10, choices=Level.choices)
    level_after = models.CharField(max_length=10, choices=Level.choices)
    expected_by = models.DateField(null=True)
    figures = models.JSONField(default=dict)
    entry = models.OneToOneField(LedgerEntry, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.hypothesis_id} {self.at:%Y-%m-%d} {self.result}"
