from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HypothesesConfig(AppConfig):
    name = "banso.prove.hypotheses"
    label = "hypotheses"

    def ready(self) -> None:
        from banso.prove.hypotheses.api import router
        from banso.shared.rest.slots import routers

        routers.fill("hypotheses", router, order=91)
        from banso.prove.hypotheses import jobs  # noqa: F401
        from banso.prove.hypotheses.outcomes import fill_built_in
        from banso.shared.slots import NavItem, nav

        fill_built_in()
        item = NavItem(_("Hypotheses"), "hypotheses:hypothesis_list", "bulb")
        nav.fill("hypotheses", item, order=71)
