from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from banso.measure.metrics.models import MetricDefinition


def values_at(*, definitions: Sequence[MetricDefinition], rows: pa.Table) -> pa.Table:
    """PLACEHOLDER until the catalogue stands (being written)."""
    raise NotImplementedError
