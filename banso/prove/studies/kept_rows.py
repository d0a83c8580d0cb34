"""The decisions and values behind a run, kept as a file so that every figure leads to its
customers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.conf import settings

from banso.prove.studies.rules import Candidate

ALWAYS = ("row_id", "account_id", "subscription_id", "closed_on", "landmark", "not_renewed")


def path_of(run_id: int) -> Path:
    return Path(settings.MEDIA_ROOT) / "evidence" / f"run-{run_id}.parquet"


def keep_rows(
    run_id: int, rows: pa.Table, measured: Sequence[tuple[pa.Table, Sequence[Candidate]]]
) -> None:
    """Write rows with one column per candidate; a file is there whole or not at all.

    measured: tables that are parts of ``rows`` (in its order) with the candidates measured on them.
    """
    table = rows.select(list(ALWAYS))
    for part, candidates in measured:
        place = _places(table, part)
        for candidate in candidates:
            values = pa.chunked_array([_flat(candidate.values)]).take(place)
            table = table.append_column(candidate.key, values)
    path = path_of(run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    pq.write_table(table, beside, compression="zstd")
    beside.replace(path)


def kept_rows(run_id: int, key: str) -> pa.Table | None:
    """The decisions of a run with what one candidate was worth (``value``); None when not kept."""
    path = path_of(run_id)
    if not path.exists():
        return None
    table = pq.read_table(path, columns=[*ALWAYS, key])
    return table.rename_columns([*ALWAYS, "value"])


def drop_rows(run_ids: Sequence[int]) -> None:
    for run_id in run_ids:
        path_of(run_id).unlink(missing_ok=True)


def _places(whole: pa.Table, part: pa.Table) -> pa.Array:
    """For each row of the whole, its place in the part; null where it is not there."""
    return pc.index_in(whole["row_id"].combine_chunks(), value_set=part["row_id"].combine_chunks())


def _flat(values: object) -> pa.Array:
    if isinstance(values, pa.ChunkedArray):
        return values.combine_chunks()
    if isinstance(values, np.ndarray):
        return pa.array(values, from_pandas=True)
    return values if isinstance(values, pa.Array) else pa.array(values)
