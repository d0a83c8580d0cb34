from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from banso.listen.events.reads import core_names
from banso.measure.metrics.evaluation import Defined, evaluated, planned
from banso.measure.metrics.models import MetricDefinition


def values_in_chunks(
    *, definitions: Sequence[MetricDefinition], rows: pa.Table
) -> Iterator[pa.Table]:
    """Like ``values_at``, a part of the customers at a time, in the order of their ids."""
    asked = [definition.key for definition in definitions]
    plan = planned([*definitions, *_parts_of_ratios(definitions)], core_names())
    columns = ["row_id", *(name for key in asked for name in (key, f"{key}__censored"))]
    for part in evaluated(plan, rows):
        yield part.select(columns)


def values_at(*, definitions: Sequence[MetricDefinition], rows: pa.Table) -> pa.Table:
    """Each metric at each row: ``row_id``, ``<key>`` float64 or null, ``<key>__censored`` bool.

    ``rows`` has row_id, account_id, signed_up_day (int32 or null) and as_of_day (int32): only
    events with ``day < as_of_day`` count. Censored means "not yet": the value is the wait so far.
    """
    parts = list(values_in_chunks(definitions=definitions, rows=rows))
    return pa.concat_tables(parts) if parts else _nothing(definitions)


def _parts_of_ratios(definitions: Sequence[Defined]) -> list[MetricDefinition]:
    """The metrics that asked ones are ratios of, where they were not asked for themselves."""
    asked = {definition.key for definition in definitions}
    keys = {str(d.params.get(side, "")) for d in definitions for side in ("top", "bottom")}
    missing = MetricDefinition.with_retired.filter(key__in=keys - asked - {""})
    return list(missing.exclude(shape="ratio"))


def _nothing(definitions: Sequence[MetricDefinition]) -> pa.Table:
    columns = {"row_id": pa.array([], pa.int64())}
    for definition in definitions:
        columns[definition.key] = pa.array([], pa.float64())
        columns[f"{definition.key}__censored"] = pa.array([], pa.bool_())
    return pa.table(columns)
