from __future__ import annotations

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "banso.measure.metrics"
    label = "metrics"

    def ready(self) -> None:
        from banso.measure.metrics import jobs, reactions  # noqa: F401
