from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import NavItem, Panel, account_panels, entry_sentences, nav


class AccountsConfig(AppConfig):
    name = "banso.know.accounts"
    label = "accounts"

    def ready(self) -> None:
        from banso.know.accounts import panels, sentences
        from banso.know.accounts.api import router
        from banso.know.accounts.columns import fill_built_in
        from banso.know.accounts.event_keys import accounts_by_key
        from banso.shared.lake.registry import account_keys
        from banso.shared.rest.slots import routers

        nav.fill(
            "customers", NavItem(_("Customers"), "accounts:account_list", "building"), order=20
        )
        account_panels.fill("profile", Panel(_("Profile"), panels.profile), order=10)
        account_panels.fill("environment", Panel(_("Environment"), panels.environment), order=60)
        account_keys.fill("accounts", accounts_by_key, order=10)
        routers.fill("accounts", router, order=10)
        fill_built_in()
        for kind, sentence in sentences.SENTENCES.items():
            entry_sentences.fill(kind, sentence, order=0)
