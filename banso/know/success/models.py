from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from banso.know.success.rules import (
    LONGEST_REASON,
    LONGEST_STEP,
    LONGEST_WHO,
    LONGEST_WORDS,
    first_line,
)


class Definition(models.Model):
    """What a customer calls success, or (without a customer) what our customers do.

    Its words stand in its versions. A customer has one that holds; those that ended stay.
    """

    account = models.ForeignKey("accounts.Account", models.CASCADE, null=True, related_name="+")
    current = models.ForeignKey("success.Version", models.RESTRICT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    ended_because = models.CharField(_("Why it no longer holds"), max_length=LONGEST_REASON)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(ended_at=None, account__isnull=False),
                name="one_definition_that_holds",
            )
        ]
        indexes = [
            models.Index(fields=["account", "-created_at"], name="definition_of_account"),
        ]

    def __str__(self) -> str:
        return first_line(self.current.words) if self.current else f"#{self.pk}"


class Version(models.Model):
    """One wording, never changed: who said it on which day, and who wrote it down when.

    ``said_by`` is who said it where that is nobody of ours to choose; of a person who was forgotten
    it keeps that there was one.
    """

    definition = models.ForeignKey(Definition, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    words = models.TextField(_("In the customer's own words"), max_length=LONGEST_WORDS)
    person = models.ForeignKey(
        "people.Person", models.SET_NULL, null=True, related_name="+", verbose_name=_("Who said it")
    )
    said_by = models.CharField(max_length=LONGEST_WHO, blank=True)
    said_on = models.DateField(_("Said on"))
    because = models.CharField(max_length=LONGEST_REASON, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="one_wording_per_number")
        ]
        indexes = [models.Index(fields=["person"], name="wording_by_person")]

    def __str__(self) -> str:
        return f"{first_line(self.words)} ({self.number})"

    @property
    def who(self) -> str:
        return self.person.name if self.person else self.said_by


class Step(models.Model):
    """A step of one wording: what the customer can do or has when it is reached."""

    version = models.ForeignKey(Version, models.CASCADE, related_name="steps")
    position = models.PositiveIntegerField()
    words = models.CharField(max_length=LONGEST_STEP)
    metric = models.SlugField(max_length=80, blank=True, db_index=False)
    """Key of what observes it (``slots.step_measures``); empty while nothing does."""

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["version", "position"], name="one_step_per_place")
        ]

    def __str__(self) -> str:
        return self.words
