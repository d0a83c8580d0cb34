from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HealthConfig(AppConfig):
    name = "banso.measure.health"
    label = "health"

    def ready(self) -> None:
        from banso.measure.health import jobs, reactions  # noqa: F401
        from banso.measure.health.panels import health
        from banso.shared.slots import NavItem, Panel, account_panels, nav

        nav.fill(
            "health", NavItem(_("Health score"), "health:health_settings", "heartbeat"), order=65
        )
        account_panels.fill("health", Panel(_("Health score"), health), order=20)
