from __future__ import annotations

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "banso.measure.metrics"
    label = "metrics"
