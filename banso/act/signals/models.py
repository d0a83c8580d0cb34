from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ClosedReason(models.TextChoices):
    ENDED = "ended", _("The condition ended")
    DISMISSED = "dismissed", _("Dismissed")


class Signal(models.Model):
    """Something noticed about an account that wants an answer; one at a time for each kind.

    Open while ``closed_at`` is empty. ``holds`` stays true on a dismissed signal until its
    condition ends, so that what somebody dismissed is not raised again the next morning.
    """

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60)
    data = models.JSONField(default=dict)
    priority = models.PositiveSmallIntegerField()
    raised_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    snoozed_until = models.DateField(null=True)
    holds = models.BooleanField(default=True)
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=12, choices=ClosedReason.choices, blank=True)
    closed_note = models.CharField(_("Why"), max_length=300, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind"], condition=Q(holds=True), name="one_signal_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(holds=True) | Q(closed_at__isnull=False), name="open_signals_hold"
            ),
        ]
        indexes = [
            models.Index(
                # all that Today's ranking reads, so that it never touches the table; SQLite reads
                # closed_at too, although the condition settles it
                fields=["account", "priority", "snoozed_until", "kind", "closed_at"],
                condition=Q(closed_at=None),
                name="signal_open",
            ),
            models.Index(
                fields=["kind", "account"], condition=Q(holds=True), name="signal_holding"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.account_id}"


class SignalRule(models.Model):
    """What the organisation settled for one kind: on or off, and its thresholds."""

    kind = models.CharField(max_length=60, unique=True)
    is_on = models.BooleanField(_("Raise these signals"), default=True)
    settings = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.kind


class Watch(models.Model):
    """What the last look rested on: while it stands, only accounts that changed are looked at."""

    as_of = models.DateField()
    settings = models.CharField(max_length=64)
    events_arrive = models.BooleanField()
    contacts_are_recorded = models.BooleanField()
    value_steps = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_watch_state")]

    def __str__(self) -> str:
        return str(self.as_of)
