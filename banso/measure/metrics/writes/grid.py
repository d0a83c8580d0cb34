"""A grid file takes the place of the one before, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from banso.measure.metrics import facts
from banso.measure.metrics.models import GridFile
from banso.shared import clock
from banso.shared.lake import files

ROW_GROUP = 16_384  # one customer's line is found without reading the others


def keep(*, day: int, table: pa.Table, columns: Mapping[str, str], change: int = 0) -> GridFile:
    """Keep the values of a day; the file before goes with the next sweep."""
    name = f"grid-{day:05d}-{uuid4().hex}.parquet"
    path = facts.root() / name
    pq.write_table(
        table,
        files.unfinished(path),
        compression="zstd",
        compression_level=1,
        row_group_size=ROW_GROUP,
        use_dictionary=False,
    )
    files.finish([path], facts.root())
    kept, _made = GridFile.objects.update_or_create(
        day=day,
        defaults={
            "file": name,
            "columns": dict(columns),
            "change": change,
            "rows": table.num_rows,
            "made_at": clock.now(),
        },
    )
    return kept
