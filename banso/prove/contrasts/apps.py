from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, nav


class ContrastsConfig(AppConfig):
    name = "banso.prove.contrasts"
    label = "contrasts"

    def ready(self) -> None:
        from banso.prove.contrasts import jobs  # noqa: F401
        from banso.prove.contrasts.intent_outcome import fill_intent

        fill_intent()
        item = NavItem(_("What do answers go with?"), "contrasts:contrast_list", "arrows-diff")
        nav.fill("contrasts", item, order=77)
