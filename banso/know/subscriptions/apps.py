from __future__ import annotations

from django.apps import AppConfig


class SubscriptionsConfig(AppConfig):
    name = "banso.know.subscriptions"
    label = "subscriptions"
