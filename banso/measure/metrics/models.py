from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from banso.measure.metrics.series_field import Series, SeriesField
from banso.measure.metrics.values_field import ValuesField


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
    """A number per customer: a shape of the catalogue with its parameters.

    After a change ``serving_version`` is the one before, until the new one reaches back to the
    first event.
    """

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
    serving_version = models.PositiveIntegerField(default=1)
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
    """The present values of one customer, ``{key: {"v": number or null}}``, with ``"c": true``
    beside one that is "not yet".

    ``revision`` is the refresh that last changed a value: who follows asks for higher ones. A
    refresh that changes everybody is told by ``Refresh.rewritten`` instead, as an index of numbers
    that all move costs as much as the rows.
    """

    account = models.OneToOneField(
        "accounts.Account", models.CASCADE, related_name="+", primary_key=True
    )
    as_of = models.DateField()
    values = ValuesField(default=dict)
    last_event_on = models.DateField(null=True)
    revision = models.PositiveBigIntegerField(default=0, db_index=True)

    def __str__(self) -> str:
        return f"{self.account_id} {self.as_of}"

    @cached_property
    def series(self) -> Series:
        """The values of each key on the last Mondays."""
        found = AccountSeries.objects.filter(pk=self.pk).first()
        return found.series if found else {}

    def line(self, key: str) -> list[float | None]:
        """The weekly values of a metric, the present one last."""
        return [*self.series.get(key, []), (self.values.get(key) or {}).get("v")]


class AccountSeries(models.Model):
    """The values of one customer on the last twelve Mondays, oldest first, by metric.

    Apart from the present values, which change far more often.
    """

    account = models.OneToOneField(
        "accounts.Account", models.CASCADE, related_name="+", primary_key=True
    )
    series = SeriesField(default=dict)

    def __str__(self) -> str:
        return str(self.account_id)


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
    """How the values of one metric lay over all customers on one Monday."""

    definition = models.ForeignKey(MetricDefinition, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    day = models.DateField()
    n = models.PositiveIntegerField()
    censored = models.PositiveIntegerField()
    q1 = models.FloatField(null=True)
    median = models.FloatField(null=True)
    q3 = models.FloatField(null=True)

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
    """What the last refresh rested on, so that the next one computes only what is new.

    ``snapshot`` has the segments of each week of the lake; ``people_wanted`` counts how often
    sign-up days or contracts may have changed, ``people_seen`` up to where they were looked at.
    ``rewritten`` is the last refresh that changed the values of everybody, ``last_event_on`` the
    day of the last event of any customer.
    """

    newest_segment = models.BigIntegerField(default=0)
    snapshot = models.JSONField(default=dict)
    basis = models.CharField(max_length=64, blank=True)
    people_wanted = models.PositiveBigIntegerField(default=1)
    people_seen = models.PositiveBigIntegerField(default=0)
    rewritten = models.PositiveBigIntegerField(default=0)
    last_event_on = models.DateField(null=True)
    first_day = models.DateField(null=True)
    as_of = models.DateField(null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_refresh_state")]

    def __str__(self) -> str:
        return str(self.at)


class Change(models.Model):
    """Customers whose past changed: the Mondays after ``first_day`` are to be computed again.

    ``accounts`` are their ids as 64-bit integers, null for everybody; events changed until
    ``last_day``.
    """

    first_day = models.IntegerField()
    last_day = models.IntegerField()
    accounts = models.BinaryField(null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"


class FactBase(models.Model):
    """Something that metrics are made of, by the digest of what it is; its id names the columns."""

    digest = models.CharField(max_length=32, unique=True)
    about = models.TextField()

    def __str__(self) -> str:
        return self.about


class FactFile(models.Model):
    """What the events of one segment of the lake amount to, for some bases, as a Parquet file."""

    DAILY, USERS = "daily", "users"

    segment = models.BigIntegerField()
    week = models.IntegerField()
    kind = models.CharField(max_length=5, choices=[(DAILY, DAILY), (USERS, USERS)])
    bases = models.JSONField(default=list)
    file = models.CharField(max_length=80, unique=True)
    rows = models.PositiveBigIntegerField()
    bytes = models.PositiveBigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["week", "segment"], name="facts_by_week")]

    def __str__(self) -> str:
        return self.file


class GridFile(models.Model):
    """The values of all customers as they were on one Monday, or now (day 0), as a Parquet file.

    ``columns`` says what each column rests on (``12v3``: version 3 of metric 12); ``change`` is the
    last change of the past that it knows. ``LASTING`` has what ``lasting.py`` keeps, no values.
    ``patches`` are small files, ``[name, rows]``, with what changed for some customers since, the
    newest last.
    """

    NOW, LASTING = 0, -1

    day = models.IntegerField(unique=True)
    file = models.CharField(max_length=80)
    columns = models.JSONField(default=dict)
    change = models.BigIntegerField(default=0)
    patches = models.JSONField(default=list)
    rows = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("day",)

    def __str__(self) -> str:
        return f"{self.day} {self.file}"

    @property
    def files(self) -> list[str]:
        """The names of all its files."""
        return [self.file, *(name for name, _rows in self.patches)]
