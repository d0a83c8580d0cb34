from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "banso.know.accounts"
    label = "accounts"

    def ready(self) -> None:
        from banso.know.accounts.event_keys import accounts_by_key
        from banso.shared.lake.registry import account_keys

        account_keys.fill("accounts", accounts_by_key, order=10)
