from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, Panel, account_panels, nav


class EffectsConfig(AppConfig):
    name = "banso.prove.effects"
    label = "effects"

    def ready(self) -> None:
        from banso.prove.effects.api import router
        from banso.shared.rest.slots import routers

        routers.fill("effects", router, order=93)
        from banso.prove.effects import jobs, panels  # noqa: F401

        nav.fill(
            "effects", NavItem(_("Did it work?"), "effects:measure_list", "test-pipe"), order=73
        )
        account_panels.fill("measures", Panel(_("Measures taken"), panels.measures), order=15)
