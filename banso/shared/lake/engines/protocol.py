"""What an engine is asked, and the form of its answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from sqlglot import exp

NO_TABLES: Mapping[str, pa.Table] = {}
_EXACT = exp.DataType.build("DECIMAL(38, 0)", dialect="duckdb")


class EngineMissing(RuntimeError):
    """The engine of the settings is not installed here, or cannot be reached."""


class Engine(Protocol):
    """Answers a portable query from files of the lake, whatever runs underneath."""

    @property
    def name(self) -> str: ...

    def aggregate(
        self,
        select: exp.Query | str,
        *,
        files: Sequence[Path],
        tables: Mapping[str, pa.Table] = NO_TABLES,
    ) -> pa.Table:
        """The rows of the query over ``events`` (exactly these files) and the small tables.

        Whole numbers come as int64 and text as string from every engine. A column that a file
        lacks is NULL there. ``NotPortable`` is raised for what engines would answer differently.
        """
        ...


def canonical(table: pa.Table) -> pa.Table:
    """The same rows with the types that every engine's answer has."""
    return table.cast(pa.schema([pa.field(f.name, _plain(f.type)) for f in table.schema]))


def exact_sums(tree: exp.Query) -> exp.Query:
    """Sums in numbers of 38 digits, for engines whose sum of 64 bits would wrap or fail."""
    for aggregate in tree.find_all(exp.Sum):
        if not _stays_small(aggregate.this):
            aggregate.set("this", exp.Cast(this=aggregate.this, to=_EXACT.copy()))
    return tree


def bytes_of(size: str) -> int:
    """A size as DuckDB reads it: "500MB", "1.5 GiB"."""
    match = re.fullmatch(r"\s*([0-9.]+)\s*([KMGT]?)(I?)B?\s*", size.upper())
    if not match:
        raise ValueError(f"{size!r} is no size of memory: write one such as 1GB")
    base = 1024 if match[3] else 1000
    return int(float(match[1]) * base ** ("KMGT".find(match[2]) + 1 if match[2] else 0))


def _stays_small(summed: exp.Expr) -> bool:
    """A CASE of small literals cannot leave 64 bits, however many rows there are."""
    if not isinstance(summed, exp.Case):
        return False
    results = [branch.args["true"] for branch in summed.args["ifs"]]
    results += [summed.args["default"]] if summed.args.get("default") else []
    return all(
        isinstance(r, exp.Null) or (isinstance(r, exp.Literal) and len(str(r.this)) < 9)
        for r in results
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_boolean(kind):
        return kind
    textual = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return pa.string() if textual else pa.int64()  # NULLs of no type are numbers
