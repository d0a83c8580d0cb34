"""A portable query over segments of the lake, whatever columns their files have by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
from sqlglot import exp

from banso.shared.lake import columns, reads
from banso.shared.lake.engines import portable, protocol
from banso.shared.lake.engines.choice import engine
from banso.shared.lake.engines.embedded import Embedded
from banso.shared.lake.models import Segment


def aggregate(
    select: exp.Query | str,
    *,
    segments: Sequence[Segment],
    wanted: Sequence[tuple[str, str]] = (),
    tables: Mapping[str, pa.Table] = protocol.NO_TABLES,
) -> pa.Table:
    """The answer of the engine of the settings over exactly the files of these segments.

    ``wanted`` are the promoted properties that the query looks at. As long as one of the files
    lacks a column, DuckDB answers instead, which takes the values from the JSON.
    """
    needed = {reads.promoted_column(*pair) for pair in wanted}
    own = [one for one in columns.promoted() if one.column in needed]
    if not any(columns.lacks(segment, own) for segment in segments):
        return engine().aggregate(select, files=reads.paths_of(segments), tables=tables)
    tree = portable.portable(select, tables)
    relation = reads.facts_relation(segments, list(dict.fromkeys(wanted)))
    return Embedded().over(f"SELECT * FROM {relation}", tree, tables)  # noqa: S608 - ours
