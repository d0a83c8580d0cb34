from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class RevenueConfig(AppConfig):
    name = "banso.measure.revenue"
    label = "revenue"

    def ready(self) -> None:
        from banso.measure.revenue.api import router
        from banso.shared.rest.slots import routers

        routers.fill("revenue", router, order=75)
        nav.fill(
            "revenue", NavItem(_("Revenue"), "revenue:revenue_overview", "chart-bar"), order=66
        )
