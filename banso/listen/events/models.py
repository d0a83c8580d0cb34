from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Feature(models.Model):
    """A part of the product, as the team speaks of it: several kinds of events together."""

    key = models.SlugField(_("Key"), max_length=60, unique=True)
    name_en = models.CharField(_("English name"), max_length=100, blank=True)
    name_ja = models.CharField(_("Japanese name"), max_length=100, blank=True)

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Its name in the reader's language, or in the other, or its key."""
        japanese = (get_language() or "").startswith("ja")
        first, second = (self.name_ja, self.name_en) if japanese else (self.name_en, self.name_ja)
        return first or second or self.key


class EventName(models.Model):
    """A kind of event that arrived, what people call it, and whether it is a core action."""

    name = models.CharField(_("Name"), max_length=200, unique=True)
    label_en = models.CharField(_("English name"), max_length=100, blank=True)
    label_ja = models.CharField(_("Japanese name"), max_length=100, blank=True)
    is_core = models.BooleanField(_("Core action"), default=False)
    first_seen = models.DateTimeField(_("First seen"))
    last_seen = models.DateTimeField(_("Last seen"))
    count = models.PositiveBigIntegerField(_("Events"))
    # [{"key", "type", "numeric", "example", "seen", "hidden"}]; a hidden one keeps no example
    properties = models.JSONField(default=list)
    feature = models.ForeignKey(
        Feature,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("Feature"),
        related_name="events",
    )
    hidden_properties = models.JSONField(default=list)
    # when it was first counted, whenever its events happened
    found_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-count", "name")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What people call it in the reader's language; the name it arrived with otherwise."""
        japanese = (get_language() or "").startswith("ja")
        chosen = self.label_ja if japanese else self.label_en
        return chosen or self.name

    @property
    def numeric_properties(self) -> list[str]:
        """Properties whose values are numbers in what arrived; hidden ones are left out."""
        return [found["key"] for found in self.shown_properties if found["numeric"]]

    @property
    def shown_properties(self) -> list[dict[str, Any]]:
        """What may be shown of the properties that come with it."""
        return [found for found in self.properties if not found.get("hidden")]


class HiddenProperty(models.Model):
    """A property that is shown nowhere, whichever event carries it."""

    prop = models.CharField(max_length=100, unique=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    hidden_at = models.DateTimeField()

    class Meta:
        ordering = ("prop",)

    def __str__(self) -> str:
        return self.prop


class RoleName(models.Model):
    """A role in the product that events carried."""

    name = models.CharField(max_length=200, unique=True)
    count = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("-count", "name")

    def __str__(self) -> str:
        return self.name


class UnknownAccount(models.Model):
    """An account key that events carried and no customer or contract has; its events wait."""

    account_key = models.CharField(max_length=200, unique=True)
    count = models.PositiveBigIntegerField()
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()

    class Meta:
        ordering = ("-count", "account_key")

    def __str__(self) -> str:
        return self.account_key


class Source(models.Model):
    """Where events come from: what arrived from there since it is counted."""

    name = models.CharField(max_length=80, unique=True)
    accepted = models.PositiveBigIntegerField(default=0)
    duplicate = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    is_watched = models.BooleanField(default=True)
    # what is usual on ``usual_on``: {"n", "by_hour": [[low, middle, high], …]} or {"from": day}
    usual_on = models.DateField(null=True)
    usual = models.JSONField(default=dict)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Span(models.IntegerChoices):
    """Minutes that a count covers: minutes are kept for hours, hours for good."""

    MINUTE = 1
    HOUR = 60


class Arrival(models.Model):
    """How much came from a source in one minute or hour of arriving."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="arrivals")
    span = models.PositiveSmallIntegerField(choices=Span.choices)
    starts_at = models.DateTimeField()
    accepted = models.PositiveBigIntegerField(default=0)
    duplicate = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "span", "starts_at"], name="one_arrival_per_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.starts_at:%Y-%m-%d %H:%M}"


class RefusalState(models.TextChoices):
    OPEN = "open", _("Open")
    RETRIED = "retried", _("Taken in")
    DISCARDED = "discarded", _("Discarded")


class RefusedEvent(models.Model):
    """An event that could not be kept, as it was sent, and why."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="+")
    key_name = models.CharField(max_length=100, blank=True)
    door = models.CharField(max_length=20)
    received_at = models.DateTimeField()
    raw = models.TextField()
    is_cut = models.BooleanField(default=False)
    code = models.CharField(max_length=20)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=RefusalState.choices, default=RefusalState.OPEN)
    tries = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        indexes = [
            models.Index(fields=["source", "-id"], name="refused_by_source"),
            models.Index(fields=["state", "code", "-id"], name="refused_by_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.reason}"


class SegmentNames(models.Model):
    """What one file of the lake holds by name, so that no file is read twice to count it."""

    segment_id = models.BigIntegerField(unique=True)
    rows = models.PositiveBigIntegerField()
    found = models.JSONField(default=dict)

    def __str__(self) -> str:
        return str(self.segment_id)


class WarningKind(models.TextChoices):
    SILENT = "silent", _("Silent")
    MORE = "more", _("Far more than usual")
    LESS = "less", _("Far less than usual")


class ArrivalWarning(models.Model):
    """A source left its own rhythm; open until it is back."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="warnings")
    kind = models.CharField(max_length=10, choices=WarningKind.choices)
    since = models.DateTimeField()
    raised_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    expected = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    found = models.PositiveBigIntegerField()
    basis = models.PositiveIntegerField()

    class Meta:
        ordering = ("-raised_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind"],
                condition=models.Q(resolved_at=None),
                name="one_open_warning_per_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind}"
