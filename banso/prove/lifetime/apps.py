from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class LifetimeConfig(AppConfig):
    name = "banso.prove.lifetime"
    label = "lifetime"

    def ready(self) -> None:
        from banso.prove.lifetime.api import router
        from banso.shared.rest.slots import routers

        routers.fill("staying", router, order=95)
        nav.fill(
            "lifetime", NavItem(_("Staying and value"), "lifetime:survival", "hourglass"), order=72
        )
