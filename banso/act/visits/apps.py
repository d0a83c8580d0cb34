from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "banso.act.visits"
    label = "visits"

    def ready(self) -> None:
        from banso.act.visits import jobs  # noqa: F401
        from banso.act.visits.api import router
        from banso.act.visits.panels import after_survey, visits
        from banso.act.visits.sentences import SENTENCES
        from banso.act.visits.writes import forget
        from banso.know.forgetting.registry import traces
        from banso.listen.surveys.slots import survey_panels
        from banso.shared.rest.slots import routers
        from banso.shared.slots import NavItem, Panel, account_panels, entry_sentences, nav

        routers.fill("visits", router, order=115)
        nav.fill("visits", NavItem(_("Customer visits"), "visits:whom_to_visit", "walk"), order=18)
        account_panels.fill("visits", Panel(_("Customer visits"), visits), order=72)
        survey_panels.fill("visits", Panel(_("After the survey"), after_survey), order=80)
        traces.fill("visits", forget, order=60)
        for kind, sentence in SENTENCES.items():
            entry_sentences.fill(kind, sentence, order=0)
