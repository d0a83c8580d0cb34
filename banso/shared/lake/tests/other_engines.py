"""Spark and ClickHouse for tests: one Java process that serves Spark Connect as well."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from banso.shared.lake.engines.protocol import Engine
from tools.machine import find_java

REQUIRED = "BANSO_ENGINES_REQUIRED"


def lacking() -> list[str]:
    """What would have to be installed first."""
    packages = {"pyspark": "banso[spark]", "grpc": "banso[spark]", "chdb": "banso[clickhouse]"}
    names = {extra for package, extra in packages.items() if find_spec(package) is None}
    return sorted(names) + ([] if find_java() else ["Java 17"])


def demand() -> None:
    """Skip the test where an engine is not installed; fail it where engines are required."""
    if lacking():
        reason = f"other engines need {', '.join(lacking())}: run `python tools/engines.py`"
        if os.environ.get(REQUIRED):
            pytest.fail(reason)
        pytest.skip(reason)


def free_address() -> str:
    """Where Spark Connect shall listen."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"sc://127.0.0.1:{found.getsockname()[1]}"


@contextmanager
def opened(folder: Path, address: str) -> Iterator[dict[str, Engine]]:
    """Every engine besides DuckDB; Spark serves Connect at the address."""
    demand()
    from banso.shared.lake.engines import spark
    from banso.shared.lake.engines.clickhouse import ClickHouse

    serving = {
        "spark.plugins": "org.apache.spark.sql.connect.SparkConnectPlugin",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": address.rpartition(":")[2],
        "spark.sql.shuffle.partitions": "2",
        "spark.log.level": "ERROR",
        # short queries: compiling hard costs more than it saves
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
    session = spark.local(folder / "spill", serving)
    remote = spark.connected(address)
    try:
        yield {
            "spark": spark.Spark(session),
            "spark connect": spark.Spark(remote),
            "clickhouse": ClickHouse(),
        }
    finally:
        remote.stop()
        session.stop()
