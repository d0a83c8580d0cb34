from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Unit(models.TextChoices):
    TIMES = "times", _("times")
    USERS = "users", _("users")
    DAYS = "days", _("days")
    WEEKS = "weeks", _("weeks")
    SHARE = "share", _("percent")
    CHANGE = "change", _("change in percent")
    RATIO = "ratio", _("ratio")
    AMOUNT = "amount", _("amount")


class Better(models.TextChoices):
    HIGHER = "higher", _("More is better")
    LOWER = "lower", _("Less is better")
    NEITHER = "", _("Neither")


class LiveDefinitions(models.Manager["MetricDefinition"]):
    """Metrics in use; retired ones are kept for what was computed with them."""

    def get_queryset(self) -> models.QuerySet[MetricDefinition]:
        return super().get_queryset().filter(retired_at=None)


class MetricDefinition(models.Model):
    """A number per customer: a shape of the catalogue with its parameters."""

    key = models.SlugField(_("Key"), max_length=80, unique=True)
    name_en = models.CharField(_("English name"), max_length=120)
    name_ja = models.CharField(_("Japanese name"), max_length=120)
    shape = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    unit = models.CharField(_("Unit"), max_length=10, choices=Unit.choices, default=Unit.TIMES)
    better = models.CharField(
        _("Direction"), max_length=10, choices=Better.choices, default=Better.HIGHER, blank=True
    )
    version = models.PositiveIntegerField(default=1)
    is_default = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=1000)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    objects = LiveDefinitions()
    with_retired: models.Manager[MetricDefinition] = models.Manager()

    class Meta:
        base_manager_name = "with_retired"
        default_manager_name = "objects"
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_ja if (get_language() or "").startswith("ja") else self.name_en


class MetricVersion(models.Model):
    """What a metric meant at one time; never changed."""

    definition = models.ForeignKey(MetricDefinition, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    shape = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-version",)
        constraints = [
            models.UniqueConstraint(fields=["definition", "version"], name="one_metric_version")
        ]

    def __str__(self) -> str:
        return f"{self.definition} v{self.version}"


class AccountMeasures(models.Model):
    """The present values of one customer, ``{key: {"v": number or null, "c": not yet}}``.

    ``series`` has the last 13 weekly values of each key, oldest first, the present one last.
    ``revision`` is the refresh that last changed a value: who follows asks for higher ones.
    """

    account = models.OneToOneField(
        "accounts.Account", models.CASCADE, related_name="+", primary_key=True
    )
    as_of = models.DateField()
    values = models.JSONField(default=dict)
    series = models.JSONField(default=dict)
    last_event_on = models.DateField(null=True, db_index=True)
    revision = models.PositiveBigIntegerField(default=0, db_index=True)

    def __str__(self) -> str:
        return f"{self.account_id} {self.as_of}"


class Summary(models.Model):
    """How the present values of one metric lie over all customers."""

    definition = models.OneToOneField(MetricDefinition, models.CASCADE, related_name="summary")
    version = models.PositiveIntegerField()
    as_of = models.DateField()
    accounts = models.PositiveIntegerField()
    n = models.PositiveIntegerField()
    censored = models.PositiveIntegerField()
    q1 = models.FloatField(null=True)
    median = models.FloatField(null=True)
    q3 = models.FloatField(null=True)
    bins = models.JSONField(default=list)
    highest = models.JSONField(default=list)
    lowest = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.definition_id} {self.as_of}"


class WeeklyCourse(models.Model):
    """How the values of one metric lay over all customers on one Monday; stale ones are redone."""

    definition = models.ForeignKey(MetricDefinition, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    day = models.DateField()
    n = models.PositiveIntegerField()
    censored = models.PositiveIntegerField()
    q1 = models.FloatField(null=True)
    median = models.FloatField(null=True)
    q3 = models.FloatField(null=True)
    stale = models.BooleanField(default=False)

    class Meta:
        ordering = ("day",)
        constraints = [
            models.UniqueConstraint(
                fields=["definition", "version", "day"], name="one_course_point_per_week"
            )
        ]

    def __str__(self) -> str:
        return f"{self.definition_id} {self.day}"


class Refresh(models.Model):
    """What the last refresh has seen, so that the next one knows what is new."""

    fingerprint = models.CharField(max_length=64, blank=True)
    basis = models.CharField(max_length=64, blank=True)
    newest_segment = models.BigIntegerField(default=0)
    first_day = models.DateField(null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_refresh_state")]

    def __str__(self) -> str:
        return str(self.at)
