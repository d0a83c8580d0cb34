from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from banso.prove.patterns import rules


class Occasion(models.TextChoices):
    """When a pattern is for; the words beside it say more exactly."""

    ONBOARDING = "onboarding", _("Onboarding")
    ADOPTION = "adoption", _("Adoption")
    USAGE_FALLS = "usage_falls", _("Usage falls")
    PEOPLE_CHANGE = "people_change", _("People change")
    RENEWAL = "renewal", _("Renewal is near")
    EXPANSION = "expansion", _("Expansion")
    OTHER = "other", _("Other")


class Level(models.TextChoices):
    """How far a pattern is borne out; computed from what it is linked to."""

    TESTED = "L4", _("Tested effect, by random draw")
    ESTIMATED = "L3", _("Estimated effect, from observation")
    CANDIDATE = "L2", _("Candidate driver")
    GOES_WITH = "L1", _("Goes with the outcome")
    OPEN = rules.OPEN, _("Not enough data yet")
    EXPERIENCE = rules.EXPERIENCE, _("From experience")
    AGAINST = rules.AGAINST, _("Not borne out")


class Pattern(models.Model):
    """What worked, described so that others can repeat it; its words stand in its versions."""

    current = models.ForeignKey(
        "patterns.PatternVersion", models.PROTECT, null=True, related_name="+"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.EXPERIENCE)
    level_since = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.current.name if self.current else f"#{self.pk}"


class PatternVersion(models.Model):
    """One wording, never changed; ``query`` is the situation as conditions of the customer list."""

    pattern = models.ForeignKey(Pattern, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(_("Name"), max_length=120)
    occasion = models.CharField(_("Occasion"), max_length=20, choices=Occasion.choices)
    in_whom = models.TextField(_("In whom"), max_length=2000)
    what_to_do = models.TextField(_("What to do"), max_length=8000)
    content = models.TextField(_("Material"), max_length=8000, blank=True)
    filter_name = models.CharField(max_length=120, blank=True)
    query = models.CharField(max_length=2000, blank=True)
    because = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("-number",)
        constraints = [
            models.UniqueConstraint(fields=["pattern", "number"], name="one_version_per_number")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"


class PatternLink(models.Model):
    """What a pattern is linked to: a reference that its source (``sources.py``) understands."""

    pattern = models.ForeignKey(Pattern, models.CASCADE, related_name="links")
    source = models.CharField(max_length=40)
    reference = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["pattern", "source", "reference"], name="linked_once_per_pattern"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.reference}"


class LevelChange(models.Model):
    """The level moved; ``basis`` is what each link said then ({source, reference, name, …})."""

    pattern = models.ForeignKey(Pattern, models.CASCADE, related_name="level_changes")
    at = models.DateTimeField()
    before = models.CharField(max_length=10, choices=Level.choices)
    after = models.CharField(max_length=10, choices=Level.choices)
    basis = models.JSONField(default=list)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.pattern_id} {self.before} {self.after}"

    @property
    def fell(self) -> bool:
        return rules.rank(self.after) < rules.rank(self.before)


class Use(models.Model):
    """A colleague used the pattern with a customer on a day."""

    pattern = models.ForeignKey(Pattern, models.CASCADE, related_name="uses")
    version = models.ForeignKey(PatternVersion, models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    used_on = models.DateField()
    created_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pattern", "account", "by", "used_on"],
                condition=models.Q(taken_back_at=None),
                name="one_use_a_day",
            )
        ]
        indexes = [models.Index(fields=["account", "used_on"], name="use_by_account")]

    def __str__(self) -> str:
        return f"{self.pattern_id} {self.account_id} {self.used_on}"
