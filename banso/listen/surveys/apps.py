from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    name = "banso.listen.surveys"
    label = "surveys"

    def ready(self) -> None:
        from banso.shared.slots import NavItem, nav

        nav.fill("surveys", NavItem(_("Surveys"), "surveys:survey_list", "forms"), order=45)
