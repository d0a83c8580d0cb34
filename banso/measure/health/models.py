from __future__ import annotations

from django.conf import settings
from django.db import models

from banso.measure.health import rules


class HealthModel(models.Model):
    """One version of the experts' weights and marks; the newest is in force, none is changed."""

    measures = models.JSONField()
    good_from = models.PositiveSmallIntegerField(default=rules.GOOD_FROM)
    watch_from = models.PositiveSmallIntegerField(default=rules.WATCH_FROM)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"#{self.pk} {self.saved_at:%Y-%m-%d}"

    @property
    def lines(self) -> tuple[rules.Measure, ...]:
        return rules.from_json(self.measures)

    @property
    def borders(self) -> rules.Borders:
        return rules.Borders(self.good_from, self.watch_from)

    @property
    def has_open_marks(self) -> bool:
        """Whether the customers' values may still set some of its marks."""
        return any(line.is_open for line in self.lines)


class HealthScore(models.Model):
    """The score of one account as it stood from ``as_of`` on, with the parts it was made of."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    model = models.ForeignKey(HealthModel, models.PROTECT, related_name="+")
    as_of = models.DateField()
    score = models.PositiveSmallIntegerField(null=True)
    parts = models.JSONField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "as_of"], name="one_health_score_a_day"),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(is_current=True),
                name="one_current_health_score",
            ),
        ]
        indexes = [
            models.Index(
                fields=["score"], condition=models.Q(is_current=True), name="health_score_current"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.as_of} {self.score}"


class Scoring(models.Model):
    """What the last run rested on: while it stands, only accounts that changed are scored."""

    model = models.ForeignKey(HealthModel, models.PROTECT, related_name="+")
    as_of = models.DateField()
    stale = models.BooleanField()
    revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_scoring_state")]

    def __str__(self) -> str:
        return f"{self.as_of} #{self.revision}"
