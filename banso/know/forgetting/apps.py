from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class ForgettingConfig(AppConfig):
    name = "banso.know.forgetting"
    label = "forgetting"

    def ready(self) -> None:
        item = NavItem(_("Forgotten people"), "forgetting:forgotten_list", "user-off", "settings")
        nav.fill("forgetting", item, order=909)
