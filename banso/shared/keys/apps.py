from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KeysConfig(AppConfig):
    name = "banso.shared.keys"
    label = "keys"

    def ready(self) -> None:
        from banso.shared.slots import NavItem, nav

        nav.fill("keys", NavItem(_("API keys"), "keys:key_list", "key", "settings"), order=907)
