from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class PredictionConfig(AppConfig):
    name = "banso.prove.prediction"
    label = "prediction"

    def ready(self) -> None:
        from banso.measure.health.notes import score_notes
        from banso.prove.prediction import jobs, reactions  # noqa: F401
        from banso.prove.prediction.health_note import note

        score_notes.fill("prediction", note, order=10)
        item = NavItem(_("Is the score right?"), "prediction:score_check", "target-arrow")
        nav.fill("prediction", item, order=74)
