from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Task(models.Model):
    """Something to do by a day, mostly about an account; ``source`` says what it came from."""

    account = models.ForeignKey(
        "accounts.Account",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Customer"),
    )
    signal = models.ForeignKey("signals.Signal", models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=80, blank=True)
    title = models.CharField(_("What to do"), max_length=200)
    body = models.TextField(_("Details"), blank=True)
    due_on = models.DateField(_("Due on"), null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("Who does it"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signal"], condition=models.Q(done_at=None), name="one_open_task_per_signal"
            )
        ]
        indexes = [
            models.Index(
                fields=["owner", "due_on"],
                condition=models.Q(done_at=None),
                name="task_open_by_owner",
            ),
            models.Index(
                fields=["due_on", "id"], condition=models.Q(done_at=None), name="task_open_by_due"
            ),
            models.Index(fields=["account", "due_on"], name="task_by_account"),
            models.Index(fields=["-done_at"], name="task_by_done"),
        ]

    def __str__(self) -> str:
        return self.title
