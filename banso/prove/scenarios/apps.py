from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class ScenariosConfig(AppConfig):
    name = "banso.prove.scenarios"
    label = "scenarios"

    def ready(self) -> None:
        from banso.prove.scenarios import jobs  # noqa: F401

        item = NavItem(_("Try out better support"), "scenarios:what_if", "adjustments-horizontal")
        nav.fill("scenarios", item, order=78)
