from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class PredictionConfig(AppConfig):
    name = "banso.prove.prediction"
    label = "prediction"

    def ready(self) -> None:
        from banso.prove.prediction import jobs, reactions  # noqa: F401

        item = NavItem(_("Is the score right?"), "prediction:score_check", "target-arrow")
        nav.fill("prediction", item, order=74)
