from __future__ import annotations

from django.db import models


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
