from __future__ import annotations

from django.conf import settings
from django.db import models

from banso.prove.scenarios.rules import Asked


class WhatIf(models.Model):
    """A change of the experience that somebody tried out and kept; nothing of it is ever changed.

    ``asked``: `rules.Asked`; ``figures``: `estimating.estimated`; ``members``: the customers it is
    about as [account, MRR in minor units]; ``due_on``: when it is held against what came.
    """

    name = models.CharField(max_length=120)
    survey = models.ForeignKey("surveys.Survey", models.SET_NULL, null=True, related_name="+")
    asked = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    members = models.JSONField(default=list)
    began_on = models.DateField()
    due_on = models.DateField(db_index=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    code_version = models.CharField(max_length=40, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def question(self) -> Asked:
        return Asked.of(self.asked)


class Came(models.Model):
    """What came by the due date; made once and never changed. ``figures``: `comparing.came`."""

    what_if = models.OneToOneField(WhatIf, models.CASCADE, related_name="came")
    at = models.DateTimeField()
    figures = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.what_if_id} {self.at:%Y-%m-%d}"
