from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from banso.shared.slots import Panel, account_panels


class SubscriptionsConfig(AppConfig):
    name = "banso.know.subscriptions"
    label = "subscriptions"

    def ready(self) -> None:
        from banso.know.accounts.columns import account_columns
        from banso.know.subscriptions import jobs, panels  # noqa: F401 - jobs register themselves
        from banso.know.subscriptions.account_columns import plan
        from banso.know.subscriptions.api import router
        from banso.know.subscriptions.event_keys import accounts_by_key
        from banso.shared.lake.registry import account_keys
        from banso.shared.rest.slots import routers

        routers.fill("subscriptions", router, order=30)
        account_columns.fill("plan", plan(), order=30)
        account_keys.fill("subscriptions", accounts_by_key, order=20)
        account_panels.fill(
            "subscriptions", Panel(_("Subscriptions"), panels.subscriptions), order=30
        )
