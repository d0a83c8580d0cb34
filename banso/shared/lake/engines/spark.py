"""Spark: on this machine, or on a cluster through Spark Connect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
from django.conf import settings
from sqlglot import exp

from banso.shared.lake import engine
from banso.shared.lake.engines import portable, protocol

_TYPES = {"BIGINT": "BIGINT", "INTEGER": "INT", "VARCHAR": "STRING"}


class Spark:
    name = "spark"

    def __init__(self, session: Any = None) -> None:
        self._session = session or _opened(settings.SPARK_REMOTE)

    def aggregate(
        self,
        select: exp.Query | str,
        *,
        files: Sequence[Path],
        tables: Mapping[str, pa.Table] = protocol.NO_TABLES,
    ) -> pa.Table:
        tree = portable.portable(select, tables).copy()
        mark = uuid4().hex  # several may ask the same session at once
        frames = {portable.EVENTS: self._events(files, portable.event_columns(tree))}
        for name, table in tables.items():
            frames[name] = self._session.createDataFrame(protocol.canonical(table))
        views = {name: f"{name}_{mark}" for name in frames}
        try:
            for name, frame in frames.items():
                frame.createOrReplaceTempView(views[name])
            found = self._session.sql(rendered(tree, views)).toArrow()
        except Exception:
            _opened.cache_clear()  # a cluster may have ended the session: the next try asks anew
            raise
        finally:
            for view in views.values():
                self._session.catalog.dropTempView(view)
        return protocol.canonical(found)

    def _events(self, files: Sequence[Path], columns: Mapping[str, str]) -> Any:
        """A data frame of exactly these files; a column that a file lacks is NULL there."""
        schema = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in columns.items())
        if not files:
            return self._session.createDataFrame([], schema)
        return self._session.read.schema(schema).parquet(*(_address(path) for path in files))


def rendered(tree: exp.Query, views: Mapping[str, str]) -> str:
    """The query in Spark's words over the named views; changes the tree."""
    protocol.exact_sums(tree)
    for table in list(tree.find_all(exp.Table)):
        if table.name in views:
            named = table.alias or table.name
            table.replace(exp.to_table(views[table.name], alias=exp.to_identifier(named)))
    return tree.sql(dialect="spark", identify=True)


def _address(path: Path) -> str:
    """Where Spark's machines find a file of the lake."""
    if not settings.SPARK_LAKE:
        return str(path)
    return f"{settings.SPARK_LAKE.rstrip('/')}/{path.relative_to(engine.root().parent)}"


@lru_cache(maxsize=1)
def _opened(remote: str) -> Any:
    """The one session of this process."""
    try:
        return connected(remote) if remote else local(Path(settings.LAKE_ROOT) / "spill", {})
    except ImportError as error:
        raise protocol.EngineMissing(
            "BANSO_LAKE_ENGINE is spark, but Spark is not installed here: "
            "run `pip install 'banso[spark]'`, or take the setting away."
        ) from error


def connected(remote: str) -> Any:
    """A session on the cluster behind an address of Spark Connect (sc://…)."""
    from pyspark.sql.connect.session import SparkSession

    return _set_up(SparkSession.builder.remote(remote).appName("Banso").create())


def local(spill: Path, more: Mapping[str, str]) -> Any:
    """A session in a Java process of our own on this machine."""
    from pyspark.sql import SparkSession

    threads = int(settings.LAKE_THREADS)
    chosen = {
        "spark.driver.memory": settings.SPARK_MEMORY,
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(threads * 4),
        "spark.sql.warehouse.dir": str(spill),
        "spark.local.dir": str(spill),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **more,
    }
    builder = SparkSession.builder.master(f"local[{threads}]").appName("Banso")
    for name, value in chosen.items():
        builder = builder.config(name, value)
    return _set_up(builder.getOrCreate())


def _set_up(session: Any) -> Any:
    session.conf.set("spark.sql.session.timeZone", "UTC")
    session.conf.set("spark.sql.ansi.enabled", "true")  # what overflows fails, and does not wrap
    return session
