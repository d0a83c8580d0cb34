"""DuckDB, inside this process: the engine that is always there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from sqlglot import exp

from banso.shared.lake import engine
from banso.shared.lake.engines import portable, protocol


class Embedded:
    name = "duckdb"

    def aggregate(
        self,
        select: exp.Query | str,
        *,
        files: Sequence[Path],
        tables: Mapping[str, pa.Table] = protocol.NO_TABLES,
    ) -> pa.Table:
        tree = portable.portable(select, tables)
        return self.over(_events(files, portable.event_columns(tree)), tree, tables)

    def over(
        self, relation: str, tree: exp.Query, tables: Mapping[str, pa.Table] = protocol.NO_TABLES
    ) -> pa.Table:
        """The same where a SELECT of DuckDB's says what ``events`` is."""
        with engine.opened(**tables) as connection:
            connection.execute(f"CREATE TEMP VIEW events AS {relation}")
            found = connection.sql(tree.sql(dialect="duckdb", identify=True)).to_arrow_table()
        return protocol.canonical(found)


def _events(files: Sequence[Path], columns: Mapping[str, str]) -> str:
    """The wanted columns; the empty first part gives those their type that no file has."""
    typed = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in columns.items())
    nothing = f"SELECT {typed} WHERE false"
    if not files:
        return nothing
    relation = engine.files_relation(files).removesuffix(")") + ", union_by_name = true)"
    listed = ", ".join(f'"{name}"' for name in columns)
    return f"SELECT {listed} FROM ({nothing} UNION ALL BY NAME SELECT * FROM {relation})"  # noqa: S608
