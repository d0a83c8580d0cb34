from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """What was decided at the end of the term; empty while nobody has said."""

    RENEWED = "renewed", _("Renewed")
    CHURNED = "churned", _("Churned")


class Subscription(models.Model):
    """A term with start, end and amount.

    ``end`` empty: rolling, renewed every ``term_months`` until an end is known.
    ``observed_from``: decisions before this day were not watched (late entry) and count nowhere.
    """

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    source = models.CharField(_("Source"), max_length=40, default="manual")
    external_id = models.CharField(_("External id"), max_length=200)
    plan = models.CharField(_("Plan"), max_length=100, blank=True)
    start = models.DateField(_("Start"))
    end = models.DateField(_("End"), null=True, blank=True)
    term_months = models.PositiveSmallIntegerField(_("Term in months"), default=12)
    mrr_minor = models.BigIntegerField(_("MRR"), null=True, blank=True)
    currency = models.CharField(_("Currency"), max_length=3, blank=True)
    seats = models.PositiveIntegerField(_("Seats"), null=True, blank=True)
    is_trial = models.BooleanField(_("Trial"), default=False)
    outcome = models.CharField(_("Outcome"), max_length=10, choices=Outcome.choices, blank=True)
    cancelled_on = models.DateField(_("Notice given on"), null=True, blank=True)
    observed_from = models.DateField(_("Watched since"), null=True, blank=True)
    custom = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="subscription_of_a_source"
            ),
            models.CheckConstraint(
                condition=models.Q(end=None) | models.Q(end__gte=models.F("start")),
                name="ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(term_months__gte=1), name="term_of_a_month_or_more"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "start"], name="subscription_by_account"),
            models.Index(fields=["end"], name="subscription_by_end"),
            models.Index(fields=["external_id"], name="subscription_by_external_id"),
        ]

    def __str__(self) -> str:
        return f"{self.plan or self.external_id} {self.start}"
