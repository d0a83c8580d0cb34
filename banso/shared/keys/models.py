from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ApiKey(models.Model):
    """Lets a program in. Only the hash of the key is kept; ``prefix`` is for recognising it."""

    name = models.CharField(_("Name"), max_length=100)
    source = models.CharField(_("System the ids come from"), max_length=40, default="product")
    scopes = models.JSONField(_("What it may do"), default=list)
    prefix = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("revoked_at", "-created_at", "-id")

    def __str__(self) -> str:
        return self.name

    def may(self, scope: str) -> bool:
        return scope in self.scopes
