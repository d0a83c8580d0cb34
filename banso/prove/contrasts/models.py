from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from banso.prove.contrasts.rules import Question, Side


class Said(models.TextChoices):
    """What one comparison said."""

    FOUND = "found", _("Goes together")
    REVERSED = "reversed", _("The other way round")
    NO_DIFFERENCE = "no_difference", _("No difference of a size that matters")
    UNDECIDED = "undecided", _("Not enough answers yet")
    TOO_FEW = "too_few", _("Too few answers")
    NO_VARIATION = "no_variation", _("Everybody answered alike")


class Pair(models.Model):
    """Two groups of answers that somebody wanted compared; never changed, a link of a chain
    (``prove.hypotheses.chain``) from the moment it was registered.

    ``one``, ``other``: `rules.Side`. ``content`` and ``moment`` are the texts that were hashed.
    """

    kind = "registered"

    survey = models.ForeignKey("surveys.Survey", models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    one = models.JSONField()
    other = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    registered_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    number = models.PositiveBigIntegerField(unique=True)
    moment = models.CharField(max_length=40)
    content = models.TextField()
    before = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("number",)

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        return f"pair-{self.pk}"

    @property
    def question(self) -> Question:
        one, other = Side.of(self.one), Side.of(self.other)
        return Question(self.key, one, other, self.name, self.registered_at, self.pk)


class Round(models.Model):
    """All pairs judged on the answers of an asking as they were at a moment; kept for ever.

    ``state``: what the answers and the pairs were, so that nothing is judged twice; is_final:
    whether the asking was closed. Of an open asking one round is kept a day.
    """

    wave = models.ForeignKey("surveys.Wave", models.CASCADE, related_name="+")
    at = models.DateTimeField()
    on = models.DateField()
    state = models.CharField(max_length=64)
    n = models.PositiveIntegerField()
    accounts = models.PositiveIntegerField()
    is_final = models.BooleanField()
    code_version = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("-pk",)
        indexes = [models.Index(fields=["wave", "-at"], name="round_of_wave")]

    def __str__(self) -> str:
        return f"{self.wave_id} {self.at:%Y-%m-%d}"


class Verdict(models.Model):
    """What one pair said on one outcome; ``figures``: `judging.figures_of`."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="verdicts")
    pair_key = models.CharField(max_length=40)
    pair = models.ForeignKey(Pair, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=16)
    is_confirmatory = models.BooleanField()
    said = models.CharField(max_length=16, choices=Said.choices)
    step = models.CharField(max_length=12)
    figures = models.JSONField(default=dict)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["round", "pair_key", "outcome"], name="one_verdict_per_outcome"
            )
        ]

    def __str__(self) -> str:
        return f"{self.pair_key} {self.outcome}: {self.said}"
