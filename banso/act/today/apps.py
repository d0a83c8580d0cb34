from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TodayConfig(AppConfig):
    name = "banso.act.today"
    label = "today"

    def ready(self) -> None:
        from banso.shared.slots import NavItem, nav

        nav.fill("today", NavItem(_("Today"), "today:today", "sun"), order=10)
