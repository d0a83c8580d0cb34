from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HealthConfig(AppConfig):
    name = "banso.measure.health"
    label = "health"

    def ready(self) -> None:
        from banso.measure.health.api import router
        from banso.shared.rest.slots import routers

        routers.fill("health", router, order=80)
        from banso.know.accounts.writes import ACCOUNT_CHANGED
        from banso.measure.health import jobs, reactions  # noqa: F401
        from banso.measure.health.panels import health
        from banso.measure.health.writes.scoring import FOLLOWER
        from banso.shared.journal.registry import follow
        from banso.shared.slots import NavItem, Panel, account_panels, nav

        nav.fill(
            "health", NavItem(_("Health score"), "health:health_settings", "heartbeat"), order=65
        )
        follow(ACCOUNT_CHANGED, by=FOLLOWER)
        account_panels.fill("health", Panel(_("Health score"), health), order=20)
