from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    VISIT = "visit", _("Visit")
    MEETING = "meeting", _("Online meeting")
    CALL = "call", _("Call")
    MAIL = "mail", pgettext_lazy("how we met", "E-mail")
    CHAT = "chat", _("Chat")


class Mood(models.IntegerChoices):
    ANGRY = -2, _("Angry")
    WORRIED = -1, _("Worried")
    CALM = 0, _("Calm")
    PLEASED = 1, _("Pleased")
    DELIGHTED = 2, _("Delighted")


class Note(models.Model):
    """Who, what happened, how they feel: one contact with an account."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    person = models.ForeignKey(
        "people.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Who"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(_("When"))
    channel = models.CharField(_("How we met"), max_length=10, choices=Channel.choices, blank=True)
    happened = models.TextField(_("What happened"))
    feeling = models.TextField(_("How they feel"), blank=True)
    mood = models.SmallIntegerField(_("Mood"), choices=Mood.choices, null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="note_by_account")]

    def __str__(self) -> str:
        return self.happened[:60]
