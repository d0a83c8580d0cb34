from __future__ import annotations

from django.conf import settings
from django.db import models

from banso.prove.worth.rules import Asked


class Scenario(models.Model):
    """A what-if that somebody saved: its question and assumptions never change.

    ``asked``: `rules.Asked`; ``members``: the customers it is about as [account, MRR in minor
    units], frozen with it; ``due_on``: the day on which it is held against what came.
    """

    name = models.CharField(max_length=120)
    asked = models.JSONField(default=dict)
    members = models.JSONField(default=list)
    currency = models.CharField(max_length=3, blank=True)
    metric_key = models.CharField(max_length=240)
    began_on = models.DateField()
    due_on = models.DateField(db_index=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def question(self) -> Asked:
        return Asked.of(self.asked)


class Estimate(models.Model):
    """What was estimated, when and on which data; kept for ever. The first is the promise that
    what comes is held against.
    """

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="estimates")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    data_cut = models.DateField(null=True)
    data_hash = models.CharField(max_length=64, blank=True)
    code_version = models.CharField(max_length=40, blank=True)
    figures = models.JSONField(default=dict)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.scenario_id} {self.at:%Y-%m-%d}"


class Outcome(models.Model):
    """What came by the due date; made once and never changed. ``figures``: `comparing.came`."""

    scenario = models.OneToOneField(Scenario, models.CASCADE, related_name="outcome")
    at = models.DateTimeField()
    figures = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.scenario_id} {self.at:%Y-%m-%d}"
