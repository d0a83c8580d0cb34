from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class EventName(models.Model):
    """A kind of event that arrived, what people call it, and whether it is a core action."""

    name = models.CharField(_("Name"), max_length=200, unique=True)
    label_en = models.CharField(_("English name"), max_length=100, blank=True)
    label_ja = models.CharField(_("Japanese name"), max_length=100, blank=True)
    is_core = models.BooleanField(_("Core action"), default=False)
    first_seen = models.DateTimeField(_("First seen"))
    last_seen = models.DateTimeField(_("Last seen"))
    count = models.PositiveBigIntegerField(_("Events"))
    properties = models.JSONField(default=list)

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
        """Properties whose values are numbers in what arrived."""
        return [found["key"] for found in self.properties if found["numeric"]]


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
