from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from banso.shared.search_text import SearchTextField


class TouchModel(models.TextChoices):
    HIGH = "high", _("High touch")
    MID = "mid", _("Mid touch")
    LOW = "low", _("Low touch")
    TECH = "tech", _("Tech touch")


class Stage(models.TextChoices):
    ONBOARDING = "onboarding", _("Onboarding")
    ADOPTION = "adoption", _("Adoption")
    LEFT = "left", _("Left")


class Account(models.Model):
    """A company that buys from us; ``source`` and ``external_id`` name it where it came from."""

    source = models.CharField(_("Source"), max_length=40, default="manual")
    external_id = models.CharField(_("External id"), max_length=200)
    name = models.CharField(_("Name"), max_length=200)
    name_kana = models.CharField(_("Reading of the name"), max_length=200, blank=True)
    industry = models.CharField(_("Industry"), max_length=100, blank=True)
    country = models.CharField(_("Country"), max_length=60, blank=True)
    segment = models.CharField(_("Segment"), max_length=60, blank=True)
    touch_model = models.CharField(
        _("Touch model"), max_length=10, choices=TouchModel.choices, blank=True
    )
    stage = models.CharField(_("Stage"), max_length=20, choices=Stage.choices, blank=True)
    employees = models.PositiveIntegerField(_("Employees"), null=True, blank=True)
    website = models.CharField(_("Website"), max_length=200, blank=True)
    signed_up_on = models.DateField(_("Signed up on"), null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("Parent company"),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Owner"),
    )
    custom = models.JSONField(default=dict, blank=True)
    search_text = SearchTextField(of=("name", "name_kana", "external_id", "website"))

    # Figures kept here by the apps that know them, so that a list of 100,000 sorts by an index.
    next_renewal_on = models.DateField(_("Next renewal"), null=True, blank=True)
    mrr_minor = models.BigIntegerField(_("MRR"), null=True, blank=True)
    currency = models.CharField(_("Currency"), max_length=3, blank=True)
    last_contact_on = models.DateField(_("Last contact"), null=True, blank=True)
    health = models.PositiveSmallIntegerField(_("Health score"), null=True, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="account_of_a_source")
        ]
        indexes = [
            models.Index(fields=[name, "id"], name=f"account_by_{name}")
            for name in (
                "name",
                "name_kana",
                "industry",
                "country",
                "segment",
                "touch_model",
                "stage",
                "employees",
                "signed_up_on",
                "next_renewal_on",
                "mrr_minor",
                "last_contact_on",
                "health",
            )
        ] + [
            models.Index(fields=["owner", "name"], name="account_by_owner"),
            models.Index(fields=["external_id"], name="account_by_external_id"),
            models.Index(fields=["search_text"], name="account_by_search_text"),
        ]

    def __str__(self) -> str:
        return self.name


class DecisionStyle(models.TextChoices):
    TOP_DOWN = "top_down", _("Top-down")
    BOTTOM_UP = "bottom_up", _("Bottom-up")
    MIXED = "mixed", _("Mixed")


class Environment(models.Model):
    """What surrounds the customer's success: its industry and its organisation."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="environment")
    income = models.TextField(_("What brings income in this industry"), blank=True)
    costs = models.TextField(_("What costs in this industry"), blank=True)
    authorities = models.TextField(_("Authorities and influential bodies"), blank=True)
    decision_style = models.CharField(
        _("How decisions are made"), max_length=10, choices=DecisionStyle.choices, blank=True
    )
    culture = models.TextField(_("Culture"), blank=True)
    success_wished = models.TextField(_("The success the customer imagines"), blank=True)
    success_allowed = models.TextField(_("What its environment allows"), blank=True)
    success_realistic = models.TextField(_("The realistic ideal"), blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.account)


class SavedView(models.Model):
    """A way of looking at the customer list: filters, sort and columns under a name."""

    name = models.CharField(_("Name of the view"), max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    is_shared = models.BooleanField(_("Everybody sees it"), default=False)
    query = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="one_view_per_name")]

    def __str__(self) -> str:
        return self.name
