from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from banso.shared.lake.models import Forgetting


class ForgottenPerson(models.Model):
    """The receipt of a forgetting: what was touched, when and by whom, and not who it was.

    ``touched`` holds one {"what", "rows", "how"} for each place in the database.
    """

    reference = models.CharField(_("Reference"), max_length=100, blank=True)
    person_id = models.BigIntegerField()
    mode = models.CharField(max_length=12, choices=Forgetting.Mode.choices)
    everywhere = models.BooleanField()
    customers = models.PositiveIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    forgetting = models.OneToOneField(Forgetting, models.PROTECT, related_name="+")
    touched = models.JSONField(default=list)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"#{self.pk}"
