from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.listen.surveys.slots import result_addresses, survey_panels
from banso.shared.slots import NavItem, Panel, nav


class ExperienceConfig(AppConfig):
    name = "banso.measure.experience"
    label = "experience"

    def ready(self) -> None:
        from banso.measure.experience.panels import result_address, results_panel

        nav.fill(
            "experience",
            NavItem(_("Experience"), "experience:experience_result", "heart-handshake"),
            order=66,
        )
        result_addresses.fill("experience", result_address, order=10)
        survey_panels.fill("results", Panel(_("Results"), results_panel, wide=True), order=20)
