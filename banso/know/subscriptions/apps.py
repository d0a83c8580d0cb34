from __future__ import annotations

from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "banso.know.subscriptions"
    label = "subscriptions"

    def ready(self) -> None:
        from banso.know.subscriptions.event_keys import accounts_by_key
        from banso.shared.lake.registry import account_keys

        account_keys.fill("subscriptions", accounts_by_key, order=20)
