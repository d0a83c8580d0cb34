"""ClickHouse, inside this process (the package chdb)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from sqlglot import exp

from banso.shared.lake.engines import portable, protocol
from banso.shared.lake.rules import quoted

_TYPES = {"BIGINT": "Int64", "INTEGER": "Int32", "VARCHAR": "String"}
_BIG_LITERAL = 2**31
# ClickHouse's own defaults: 0 for a missing row of a LEFT JOIN, 0 for the sum of nothing, and a
# column's alias in the place of the column
_SETTINGS = {
    "join_use_nulls": 1,
    "aggregate_functions_null_for_empty": 1,
    "prefer_column_name_to_alias": 1,
    "input_format_parquet_allow_missing_columns": 1,
    "input_format_null_as_default": 0,
    "output_format_arrow_string_as_string": 1,
    "output_format_arrow_unsupported_types_as_binary": 0,
}
_ONE_AT_A_TIME = Lock()


class ClickHouse:
    name = "clickhouse"

    def __init__(self) -> None:
        try:
            import chdb
        except ImportError as error:
            raise protocol.EngineMissing(
                "BANSO_LAKE_ENGINE is clickhouse, but ClickHouse is not installed here: "
                "run `pip install 'banso[clickhouse]'`, or take the setting away."
            ) from error
        self._query = chdb.query

    def aggregate(
        self,
        select: exp.Query | str,
        *,
        files: Sequence[Path],
        tables: Mapping[str, pa.Table] = protocol.NO_TABLES,
    ) -> pa.Table:
        tree = portable.portable(select, tables).copy()
        with TemporaryDirectory(prefix="banso-tables-") as folder:
            relations = {portable.EVENTS: _events(files, portable.event_columns(tree))}
            for name, table in tables.items():
                path = Path(folder) / f"{name}.parquet"
                plain = protocol.canonical(table)
                pq.write_table(plain, path)
                relations[name] = _file([path], _structure(plain.schema))
            sql = f"{rendered(tree, relations)} SETTINGS {_settings()}"
            with _ONE_AT_A_TIME:
                found = self._query(sql, "ArrowTable")
        return protocol.canonical(found)


def rendered(tree: exp.Query, relations: Mapping[str, str]) -> str:
    """The query in ClickHouse's words; changes the tree."""
    for literal in list(tree.find_all(exp.Literal)):
        if not literal.is_string and int(literal.this) >= _BIG_LITERAL:
            literal.replace(exp.cast(literal.copy(), "BIGINT"))  # else it is unsigned
    for count in list(tree.find_all(exp.Count)):
        count.replace(exp.cast(count.copy(), "BIGINT"))  # the same
    protocol.exact_sums(tree)
    marks = {}
    for table in list(tree.find_all(exp.Table)):
        if table.name in relations:
            mark = f"relation_{uuid4().hex}"
            marks[f'"{mark}"'] = relations[table.name]
            named = table.alias or table.name
            table.replace(exp.to_table(mark, alias=exp.to_identifier(named)))
    sql = tree.sql(dialect="clickhouse", identify=True)
    for written, relation in marks.items():
        sql = sql.replace(written, relation)
    return sql


def _events(files: Sequence[Path], columns: Mapping[str, str]) -> str:
    structure = ", ".join(f"{name} Nullable({_TYPES[kind]})" for name, kind in columns.items())
    if not files:
        return f"null({quoted(structure)})"
    folders = dict.fromkeys(path.parent for path in files)
    parts = [_file([p for p in files if p.parent == folder], structure) for folder in folders]
    if len(parts) == 1:
        return parts[0]
    return "(" + " UNION ALL ".join(f"SELECT * FROM {part}" for part in parts) + ")"  # noqa: S608


def _file(paths: Sequence[Path], structure: str) -> str:
    """The table function that reads these files of one folder and no other."""
    names = ",".join(path.name for path in paths)
    listed = f"{paths[0].parent}/{{{names}}}" if len(paths) > 1 else str(paths[0])
    escaped = listed.replace("\\", "\\\\")  # ClickHouse reads escapes in text
    return f"file({quoted(escaped)}, Parquet, {quoted(structure)})"


def _structure(schema: pa.Schema) -> str:
    kinds = {f.name: "Int64" if pa.types.is_integer(f.type) else "String" for f in schema}
    return ", ".join(f"{name} Nullable({kind})" for name, kind in kinds.items())


def _settings() -> str:
    memory = protocol.bytes_of(settings.LAKE_MEMORY)
    chosen = {
        **_SETTINGS,
        "max_threads": int(settings.LAKE_THREADS),
        "max_bytes_before_external_group_by": memory // 2,
        "max_bytes_before_external_sort": memory // 2,
    }
    return ", ".join(f"{name} = {value}" for name, value in chosen.items())
