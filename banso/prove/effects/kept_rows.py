"""The customers behind a result, kept as a file so that every figure leads to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from banso.prove.effects.gathering import Gathered
from banso.prove.engine.regression import FloatArray


def path_of(result_id: int) -> Path:
    return Path(settings.MEDIA_ROOT) / "effects" / f"result-{result_id}.parquet"


def renewal_rows(gathered: Gathered, weights: FloatArray | None) -> pa.Table:
    """One line per customer and time zero."""
    rows = gathered.rows
    w = np.full(rows.num_rows, np.nan) if weights is None else weights
    return pa.table(
        {
            "account_id": rows["account_id"],
            "treated": rows["treated"],
            "time_zero": rows["landmark"],
            "decided_on": rows["decided_on"],
            "renewed": pc.invert(rows["not_renewed"]),
            "weight": pa.array(w, from_pandas=True),
        }
    )


def keep_rows(result_id: int, table: pa.Table) -> None:
    """Write the customers of a result; a file is there whole or not at all."""
    path = path_of(result_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    pq.write_table(table, beside, compression="zstd")
    beside.replace(path)


def kept_rows(result_id: int) -> pa.Table | None:
    """The rows of a result, the treated first; None when not kept."""
    path = path_of(result_id)
    if not path.exists():
        return None
    table = pq.read_table(path)
    second = "weight" if "weight" in table.column_names else "after"
    return table.sort_by([("treated", "descending"), (second, "descending")])


def drop_rows(result_ids: Sequence[int]) -> None:
    for result_id in result_ids:
        path_of(result_id).unlink(missing_ok=True)
