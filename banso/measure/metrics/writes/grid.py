"""A grid file takes the place of the one before, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
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
_ENCODINGS = {  # ids rise, and bytes of one place in numbers are alike: smaller and quicker so
    pa.int64(): "DELTA_BINARY_PACKED",
    pa.float64(): "BYTE_STREAM_SPLIT",
}


@dataclass(frozen=True)
class Made:
    """A day's file that is whole and on the disk."""

    day: int
    path: Path
    rows: int


def keep(*, day: int, table: pa.Table, columns: Mapping[str, str], change: int = 0) -> None:
    """Keep the values of a day."""
    place_days(written_days([(day, table)]), columns=columns, change=change)


def keep_lasting(*, kept: Lasting, zone: str) -> None:
    """Keep what lasts; until the refresh is remembered, the same days are looked at once more."""
    columns = {"zone": zone, "as_of": str(kept.as_of), **kept.first_days}
    keep(day=GridFile.LASTING, table=kept.table(), columns=columns)


def written_days(tables: Iterable[tuple[int, pa.Table]]) -> list[Made]:
    """A file for each day, one written while the next one is made; nobody reads them before they
    are placed.
    """
    return _finished(tables, "grid")


def written_patches(tables: Iterable[tuple[int, pa.Table]]) -> dict[int, tuple[str, int]]:
    """The same of each day's patch: the file's name and rows."""
    return {one.day: (one.path.name, one.rows) for one in _finished(tables, "patch")}


def place_days(made: Iterable[Made], *, columns: Mapping[str, str], change: int) -> None:
    """From now on the days are read from these files; those before go with the next sweep."""
    now = clock.now()
    GridFile.objects.bulk_create(
        [
            GridFile(
                day=one.day,
                file=one.path.name,
                columns=dict(columns),
                change=change,
                rows=one.rows,
                made_at=now,
            )
            for one in made
        ],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["file", "columns", "change", "patches", "rows", "made_at"],
    )


@transaction.atomic
def place_patches(
    patches: Mapping[int, tuple[str, int]], *, days: Iterable[int], change: int
) -> None:
    """From now on the days are read with their patches, and know the past up to the change."""
    for file in GridFile.objects.select_for_update().filter(day__in=list(days)):
        if file.day in patches:
            file.patches = [*file.patches, list(patches[file.day])]
        file.change, file.made_at = change, clock.now()
        file.save(update_fields=["patches", "change", "made_at"])


def _finished(tables: Iterable[tuple[int, pa.Table]], begin: str) -> list[Made]:
    """The days' files, whole and on the disk."""
    made: list[Made] = []
    written: Future[None] | None = None
    with ThreadPoolExecutor(1) as pool:
        for day, table in tables:
            path = facts.root() / f"{begin}-{max(day, 0):05d}-{uuid4().hex}.parquet"
            made.append(Made(day, path, table.num_rows))
            if written is not None:
                written.result()
            written = pool.submit(_write, table, path)
        if written is not None:
            written.result()
    if made:
        files.finish([one.path for one in made], facts.root())
    return made


def _write(table: pa.Table, path: Path) -> None:
    pq.write_table(
        table,
        files.unfinished(path),
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=1,
        use_dictionary=False,
        write_statistics=["account_id"],
        column_encoding={field.name: _ENCODINGS.get(field.type, "PLAIN") for field in table.schema},
    )
