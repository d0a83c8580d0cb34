from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date")
    CHOICE = "choice", _("Choice")


class Holder(models.TextChoices):
    """The records that can carry fields of the organisation's own."""

    ACCOUNT = "account", _("Customer")
    PERSON = "person", _("Person")
    SUBSCRIPTION = "subscription", _("Subscription")


class KnownWhen(models.TextChoices):
    """When a value was true: decides whether evidence may use it against a renewal."""

    START = "start", _("Known when the contract began and unchanged since")
    CHANGES = "changes", _("Changes over time; we know the present value only")
    OUTCOME = "outcome", _("Says how it ended, or was measured after it")


class FieldDefinition(models.Model):
    """A field the organisation added; values stand in the holder's ``custom`` under ``key``."""

    holder = models.CharField(_("On"), max_length=20, choices=Holder.choices)
    key = models.CharField(
        _("Key"),
        max_length=60,
        validators=[
            RegexValidator(r"^[a-z][a-z0-9_]*$", _("Use small letters, digits and _ only."))
        ],
    )
    label_en = models.CharField(_("English name"), max_length=100)
    label_ja = models.CharField(_("Japanese name"), max_length=100)
    kind = models.CharField(_("Kind"), max_length=10, choices=Kind.choices)
    choices = models.JSONField(_("Choices"), default=list, blank=True)
    known_when = models.CharField(
        _("Known when"), max_length=10, choices=KnownWhen.choices, default=KnownWhen.CHANGES
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("holder", "position", "pk")
        constraints = [models.UniqueConstraint(fields=["holder", "key"], name="one_field_per_key")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.label_ja if (get_language() or "").startswith("ja") else self.label_en

    def choice_pairs(self) -> list[tuple[str, str]]:
        """Each choice with its word; the yes and no that imports write are the reader's."""
        return [(choice, choice_word(choice)) for choice in self.choices]


def choice_word(choice: str) -> str:
    return {"yes": gettext("Yes"), "no": gettext("No")}.get(choice, choice)
