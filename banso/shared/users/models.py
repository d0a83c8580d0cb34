from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from banso.shared.users import rules


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone; choose one such as Asia/Tokyo."),
            params={"name": name},
        )


class Language(models.TextChoices):
    JAPANESE = "ja", "日本語"
    ENGLISH = "en", "English"


class Role(models.TextChoices):
    ADMINISTRATOR = rules.ADMINISTRATOR, _("Administrator")
    MANAGER = rules.MANAGER, _("Manager")
    CSM = rules.CSM, _("CSM")
    ANALYST = rules.ANALYST, _("Analyst")
    VIEWER = rules.VIEWER, _("Viewer")


class Organisation(models.Model):
    """The one company that runs this installation, and what it has settled."""

    name = models.CharField(_("Name"), max_length=200)
    time_zone = models.CharField(
        _("Time zone"), max_length=60, default="Asia/Tokyo", validators=[validate_time_zone]
    )
    language = models.CharField(
        _("Language"), max_length=5, choices=Language.choices, default=Language.JAPANESE
    )
    currency = models.CharField(_("Currency"), max_length=3, default="JPY")
    fiscal_year_start = models.PositiveSmallIntegerField(
        _("First month of the fiscal year"), default=4
    )
    landmark_days = models.PositiveSmallIntegerField(
        _("Days before a renewal at which metrics are read"), default=90
    )

    keep_events_months = models.PositiveSmallIntegerField(
        _("Keep events for (months)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_organisation"),
            models.CheckConstraint(
                condition=models.Q(fiscal_year_start__range=(1, 12)),
                name="fiscal_year_start_is_a_month",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    name = models.CharField(_("Name"), max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        # in small letters: the sign-in looks for them so, whatever is typed there
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        fields = {"role": rules.ADMINISTRATOR, "is_staff": True, "is_superuser": True} | fields
        return self.create_user(email, password, **fields)


class User(AbstractUser):
    """Someone who signs in. A name is one field: its order belongs to its owner."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("E-mail"), unique=True)
    name = models.CharField(_("Name"), max_length=100)
    role = models.CharField(_("Role"), max_length=20, choices=Role.choices, default=Role.VIEWER)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="members", verbose_name=_("Team")
    )
    language = models.CharField(_("Language"), max_length=5, choices=Language.choices, blank=True)
    time_zone = models.CharField(
        _("Time zone"), max_length=60, blank=True, validators=[validate_time_zone]
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager()  # type: ignore[assignment,misc]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @property
    def actor(self) -> rules.Actor:
        return rules.Actor(self.pk, self.role, self.team_id)

    def may(self, verb: str) -> bool:
        return rules.may(self.role, verb)
