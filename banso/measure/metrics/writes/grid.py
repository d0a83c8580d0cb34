"""A grid file takes the place of the one before, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction

from banso.measure.metrics import facts
from banso.measure.metrics.lasting import Lasting
from banso.measure.metrics.models import GridFile
from banso.shared import clock
from banso.shared.lake import files

ROW_GROUP = 16_384  # one customer's line is found without reading the others


def keep(*, day: int, table: pa.Table, columns: Mapping[str, str], change: int = 0) -> GridFile:
    """Keep the values of a day; the file before goes with the next sweep."""
    return keep_days(parts=[{day: table}], columns=columns, change=change)[day]


def keep_lasting(*, kept: Lasting, zone: str) -> GridFile:
    """Keep what lasts; until the refresh is remembered, the same days are looked at once more."""
    columns = {"zone": zone, "as_of": str(kept.as_of)}
    return keep(day=GridFile.LASTING, table=kept.table(), columns=columns)


def keep_days(
    *, parts: Iterable[Mapping[int, pa.Table]], columns: Mapping[str, str], change: int
) -> dict[int, GridFile]:
    """Keep the values of several days, which come for some customers after the other.

    Nothing of a part is held when the next one comes; the files take their places together.
    """
    paths: dict[int, Path] = {}
    rows: dict[int, int] = {}
    with ExitStack() as stack:
        writers: dict[int, pq.ParquetWriter] = {}
        for part in parts:
            for day, table in part.items():
                if day not in writers:
                    paths[day] = facts.root() / f"grid-{max(day, 0):05d}-{uuid4().hex}.parquet"
                    writers[day] = stack.enter_context(_writer(paths[day], table.schema))
                writers[day].write_table(table, row_group_size=ROW_GROUP)
                rows[day] = rows.get(day, 0) + table.num_rows
    files.finish(paths.values(), facts.root())
    return _placed(paths, rows, columns, change)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        files.unfinished(path),
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=False,
    )


@transaction.atomic
def _placed(
    paths: Mapping[int, Path], rows: Mapping[int, int], columns: Mapping[str, str], change: int
) -> dict[int, GridFile]:
    now = clock.now()
    return {
        day: GridFile.objects.update_or_create(
            day=day,
            defaults={
                "file": path.name,
                "columns": dict(columns),
                "change": change,
                "rows": rows[day],
                "made_at": now,
            },
        )[0]
        for day, path in paths.items()
    }
