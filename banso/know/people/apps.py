from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, Panel, account_panels, entry_sentences, nav


class PeopleConfig(AppConfig):
    name = "banso.know.people"
    label = "people"

    def ready(self) -> None:
        from banso.know.people import panels, sentences
        from banso.know.people.api import router
        from banso.shared.rest.slots import routers

        routers.fill("people", router, order=20)
        nav.fill("people", NavItem(_("People"), "people:person_list", "users"), order=30)
        account_panels.fill("people", Panel(_("People"), panels.people), order=50)
        for kind, sentence in sentences.SENTENCES.items():
            entry_sentences.fill(kind, sentence, order=0)
