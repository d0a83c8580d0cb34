"""Metrics as what observes the steps of definitions of success."""

from __future__ import annotations

from banso.know.success.slots import Measures
from banso.measure.metrics.models import MetricDefinition


def in_use() -> list[tuple[str, str]]:
    """(key, name in the reader's language) in the order of the list of metrics."""
    return [(metric.key, metric.name) for metric in MetricDefinition.objects.all()]


def retired() -> dict[str, str]:
    gone = MetricDefinition.with_retired.filter(retired_at__isnull=False)
    return {metric.key: metric.name for metric in gone}


METRICS = Measures(in_use, retired, page="metrics:metric_detail", define="metrics:metric_list")
