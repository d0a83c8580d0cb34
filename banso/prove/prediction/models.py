from __future__ import annotations

from django.conf import settings
from django.db import models

from banso.measure.health import rules


class ScoreCheck(models.Model):
    """The health score held against the renewals decided up to ``data_cut``; kept for ever.

    ``numbers`` is what was found (see ``checking.Checked.as_json``), ``digest`` what it rested on:
    the same data are not looked at twice. ``chosen`` says that its weights were taken over.
    """

    model = models.ForeignKey(
        "health.HealthModel", models.PROTECT, related_name="+", null=True, blank=True
    )
    made_at = models.DateTimeField()
    data_cut = models.DateField()
    digest = models.CharField(max_length=64)
    numbers = models.JSONField(default=dict)
    chosen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"#{self.pk} {self.data_cut}"


class Alternative(models.Model):
    """Other weights, measures, marks or borders, written down to be tried on the past; not changed.

    ``taken_as`` is the version it became when it was put in force.
    """

    name = models.CharField(max_length=120)
    because = models.CharField(max_length=300)
    measures = models.JSONField()
    good_from = models.PositiveSmallIntegerField(default=rules.GOOD_FROM)
    watch_from = models.PositiveSmallIntegerField(default=rules.WATCH_FROM)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    taken_because = models.CharField(max_length=300, blank=True)
    taken_as = models.ForeignKey("health.HealthModel", models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def lines(self) -> tuple[rules.Measure, ...]:
        return rules.from_json(self.measures)

    @property
    def borders(self) -> rules.Borders:
        return rules.Borders(self.good_from, self.watch_from)


class Comparison(models.Model):
    """An alternative beside the score in force on the same past; kept for ever.

    ``numbers``: see ``comparing.Compared``; ``changes``: who would be called otherwise today;
    only the newest one names them.
    """

    alternative = models.ForeignKey(Alternative, models.CASCADE, related_name="comparisons")
    model = models.ForeignKey("health.HealthModel", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    data_cut = models.DateField()
    digest = models.CharField(max_length=64)
    numbers = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.alternative_id} {self.data_cut}"


class ScoreQuarter(models.Model):
    """What the score foretold for a quarter and what came; judged once (``watching.py``)."""

    start = models.DateField(unique=True)
    end = models.DateField()
    model = models.ForeignKey("health.HealthModel", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    numbers = models.JSONField(default=dict)
    drifted = models.BooleanField(default=False)

    class Meta:
        ordering = ("-start",)

    def __str__(self) -> str:
        return f"{self.start} {'drifted' if self.drifted else ''}"
