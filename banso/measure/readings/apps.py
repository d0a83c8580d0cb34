from __future__ import annotations

from django.apps import AppConfig


class ReadingsConfig(AppConfig):
    name = "banso.measure.readings"
    label = "readings"

    def ready(self) -> None:
        from banso.know.accounts.api_search import Part, account_parts
        from banso.measure.readings.api import present_values, router
        from banso.shared.keys.rules import METRICS_READ
        from banso.shared.rest.slots import routers

        routers.fill("metrics", router, order=70)
        account_parts.fill("metrics", Part(METRICS_READ, present_values), order=70)
