from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class WorthConfig(AppConfig):
    name = "banso.prove.worth"
    label = "worth"

    def ready(self) -> None:
        from banso.prove.worth import jobs  # noqa: F401

        nav.fill("worth", NavItem(_("What would it be worth?"), "worth:worth", "coins"), order=74)
