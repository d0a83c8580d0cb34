from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from banso.measure.metrics.models import MetricDefinition

STEPS = (1, 2, 3, 4, 5)


class RunState(models.TextChoices):
    RUNNING = "running", _("Being computed")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Verdict(models.TextChoices):
    """What may be said about one metric and renewal; the engine decides, nobody chooses."""

    ASSOCIATED = "associated", _("Goes with renewal")
    NO_ASSOCIATION = "no_association", _("No association found")
    NOT_ENOUGH_DATA = "not_enough_data", _("Not enough data yet")
    SUSPICIOUS = "suspicious", _("Suspicious")


class FindingGroup(models.TextChoices):
    """Metrics and attributes are two families: each has its own false-discovery control."""

    METRIC = "metric", _("Metrics")
    ATTRIBUTE = "attribute", _("Attributes")


class EvidenceRun(models.Model):
    """One comparison of everything we measure with the renewals decided up to ``data_cut``.

    Finished runs are kept. ``left_out``: decisions left out, by reason. ``not_compared``: fields
    that cannot be compared, with the reason. ``step``: how far a run that is going has come.
    """

    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    step = models.CharField(max_length=20, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    data_cut = models.DateField(null=True)
    tracked_from = models.DateField(null=True)
    decisions = models.PositiveIntegerField(default=0)
    non_renewals = models.PositiveIntegerField(default=0)
    accounts = models.PositiveIntegerField(default=0)
    decisions_tracked = models.PositiveIntegerField(default=0)
    decisions_per_month = models.FloatField(null=True)
    next_decision_on = models.DateField(null=True)
    left_out = models.JSONField(default=dict)
    not_compared = models.JSONField(default=list)
    settings = models.JSONField(default=dict)
    code_version = models.CharField(max_length=40, blank=True)
    data_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-id"], name="run_by_state")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.data_cut or ''}"


class Finding(models.Model):
    """What a run found about one metric or attribute; ``numbers`` is its evidence card.

    The labels are copies: the metric may be renamed or removed, what was found stays readable.
    """

    run = models.ForeignKey(EvidenceRun, models.CASCADE, related_name="findings")
    key = models.CharField(max_length=160)
    group = models.CharField(max_length=10, choices=FindingGroup.choices)
    label_en = models.CharField(max_length=200)
    label_ja = models.CharField(max_length=200)
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    level = models.CharField(max_length=4)
    position = models.PositiveIntegerField()
    expected_by = models.DateField(null=True)
    numbers = models.JSONField(default=dict)

    class Meta:
        ordering = ("run", "position")
        constraints = [
            models.UniqueConstraint(fields=["run", "key"], name="one_finding_per_feature"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.verdict}"

    @property
    def label(self) -> str:
        """The name in the reader's language, as it was when the run was made."""
        return self.label_ja if (get_language() or "").startswith("ja") else self.label_en

    @property
    def metric_key(self) -> str:
        """The key of the metric it is about; empty for attributes."""
        return self.key.removeprefix("metric.") if self.group == FindingGroup.METRIC else ""


class MetricPage(models.Model):
    """What the newest run keeps for the page of one metric: everything on it beyond its finding."""

    finding = models.OneToOneField(Finding, models.CASCADE, related_name="page")
    numbers = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.finding.key


class MetricPlace(models.Model):
    """Where a metric stands in the order people drew: a higher step follows from lower ones."""

    metric = models.OneToOneField(MetricDefinition, models.CASCADE, related_name="+")
    step = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.step}: {self.metric}"
