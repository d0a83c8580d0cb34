from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from banso.prove.studies.models import RunState


class Origin(models.TextChoices):
    """How we know who was treated, and when."""

    LIST = "list", _("A list of customers and dates")
    FIELD = "field", _("A field of the customers")
    SOURCE = "source", _("A source of another part of Banso")
    HOLDOUT = "holdout", _("A random hold-out drawn by Banso")


class Goal(models.TextChoices):
    """What the measure was meant to change."""

    RENEWAL = "renewal", _("The next renewal")
    METRIC = "metric", _("A metric")


class MeasureState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    RUNNING = "running", _("Going on")


class Measure(models.Model):
    """Something that was done for some customers, and how we ask whether it worked.

    ``meaningful``: the smallest difference worth having (share, or standard deviations of a
    metric), said before looking. ``params``: what the origin needs (keys of fields, of a source).
    ``unread``: what a list did not yield, as codes with rows.
    """

    name = models.CharField(_("Name"), max_length=120)
    what_done = models.TextField(_("What you did"))
    reason = models.TextField(_("Why these customers"))
    origin = models.CharField(max_length=10, choices=Origin.choices)
    params = models.JSONField(default=dict)
    goal = models.CharField(_("It was meant to change"), max_length=10, choices=Goal.choices)
    metric_key = models.CharField(max_length=80, blank=True)
    meaningful = models.FloatField(default=0.05)
    state = models.CharField(
        max_length=10, choices=MeasureState.choices, default=MeasureState.DRAFT
    )
    unread = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return self.name

    @property
    def is_holdout(self) -> bool:
        return self.origin == Origin.HOLDOUT


class Treated(models.Model):
    """A customer of a list, and the day on which it was treated."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="treated")
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    treated_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measure", "account"], name="treated_once_per_measure")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.treated_on}"


class HoldOut(models.Model):
    """A random draw: ``key`` repeats it, ``looks`` are its planned looks ``{"on", "information"}``.

    ``base_rate`` and ``smallest`` are what was told before the draw. ``units``: how many customers
    were drawn from.
    """

    measure = models.OneToOneField(Measure, models.CASCADE, related_name="holdout")
    key = models.CharField(max_length=64)
    share = models.FloatField()
    segment = models.CharField(max_length=60, blank=True)
    units = models.PositiveIntegerField()
    held_out = models.PositiveIntegerField()
    base_rate = models.FloatField(null=True)
    smallest = models.FloatField(null=True)
    looks = models.JSONField(default=list)
    drawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.measure} {self.drawn_at:%Y-%m-%d}"


class Assigned(models.Model):
    """The group a customer was drawn into; never changed."""

    holdout = models.ForeignKey(HoldOut, models.CASCADE, related_name="assigned")
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    is_held_out = models.BooleanField()
    stratum = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["holdout", "account"], name="drawn_once_per_holdout")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {'held out' if self.is_held_out else 'treated'}"


class Verdict(models.TextChoices):
    """What may be said; the engine decides, nobody chooses."""

    BETTER = "better", _("Better")
    WORSE = "worse", _("Worse")
    NONE = "none", _("No difference that matters")
    UNCLEAR = "unclear", _("Not enough data yet")
    REFUSED = "refused", _("No fair comparison")


class Result(models.Model):
    """One answer with its settings and data cut; finished ones are kept, never changed.

    ``look``: number of the planned look of a hold-out. ``numbers``: the whole evidence.
    """

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="results")
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    step = models.CharField(max_length=20, blank=True)
    look = models.PositiveSmallIntegerField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    data_cut = models.DateField(null=True)
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    level = models.CharField(max_length=4, blank=True)
    expected_by = models.DateField(null=True)
    numbers = models.JSONField(default=dict)
    settings = models.JSONField(default=dict)
    data_hash = models.CharField(max_length=64, blank=True)
    code_version = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("-pk",)
        indexes = [models.Index(fields=["measure", "state"], name="result_by_measure")]
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "look"],
                condition=models.Q(look__isnull=False),
                name="one_result_per_look",
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.data_cut or ''} {self.verdict}"
