from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SuccessConfig(AppConfig):
    name = "banso.know.success"
    label = "success"

    def ready(self) -> None:
        from banso.know.forgetting.registry import traces
        from banso.know.success.api import router
        from banso.know.success.panels import success
        from banso.know.success.sentences import SENTENCES
        from banso.know.success.writes import forget
        from banso.shared.rest.slots import routers
        from banso.shared.slots import NavItem, Panel, account_panels, entry_sentences, nav

        routers.fill("success", router, order=45)
        item = NavItem(_("Customers' success"), "success:success_list", "target-arrow")
        nav.fill("success", item, order=25)
        panel = Panel(_("What this customer calls success"), success)
        account_panels.fill("success", panel, order=7)
        traces.fill("success", forget, order=40)
        for kind, sentence in SENTENCES.items():
            entry_sentences.fill(kind, sentence, order=0)
