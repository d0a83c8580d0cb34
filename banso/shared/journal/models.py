from __future__ import annotations

from django.conf import settings
from django.db import models


class Entry(models.Model):
    """One thing that happened: who, what, when. Never changed, never deleted."""

    kind = models.CharField(max_length=80)
    account_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["account_id", "-at"], name="entry_account_at"),
            models.Index(fields=["kind", "-at"], name="entry_kind_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Job(models.Model):
    """Work that is owed: a reaction to an entry, or something asked for or scheduled.

    A worker holds a job by a lease; a worker that dies loses the lease and the job runs again,
    so every job must be safe to run twice.
    """

    name = models.CharField(max_length=160)
    entry = models.ForeignKey(Entry, models.CASCADE, null=True, related_name="jobs")
    args = models.JSONField(default=dict)
    key = models.CharField(max_length=200, blank=True)
    run_after = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    token = models.CharField(max_length=32, blank=True)
    again = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "name"], name="one_job_per_reaction"),
            models.UniqueConstraint(
                fields=["key"],
                condition=models.Q(done_at=None, given_up_at=None) & ~models.Q(key=""),
                name="one_open_job_per_key",
            ),
        ]
        indexes = [
            models.Index(
                fields=["run_after", "id"],
                condition=models.Q(done_at=None, given_up_at=None),
                name="job_owed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"


class Tick(models.Model):
    """A scheduled job was asked for, once per slot of time."""

    name = models.CharField(max_length=160)
    slot = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "slot"], name="one_tick_per_slot")]

    def __str__(self) -> str:
        return f"{self.name} {self.slot}"


class Change(models.Model):
    """One account that a follower has yet to look at again; gone when it has."""

    follower = models.CharField(max_length=160)
    account_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["follower", "id"], name="change_of_follower")]

    def __str__(self) -> str:
        return f"{self.follower} {self.account_id}"
