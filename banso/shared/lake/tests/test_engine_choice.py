"""Which engine answers, and what is said when it is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from shutil import copy
from typing import TYPE_CHECKING, Any

import pytest

from banso.shared.lake import engine as duck
from banso.shared.lake.engines import choice, spark
from banso.shared.lake.engines.protocol import Engine, EngineMissing, bytes_of
from banso.shared.lake.tests import other_engines
from banso.shared.lake.tests.test_engines import files_of

if TYPE_CHECKING:
    from pytest_django import Settings

ROWS = "SELECT COUNT(*) AS n FROM events"


def test_duckdb_answers_when_nothing_is_said(tmp_path: Path) -> None:
    assert choice.engine().name == "duckdb"
    found = choice.engine().aggregate(ROWS, files=files_of(1, tmp_path))
    assert found.to_pylist() == [{"n": 600}]


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [("spark", "pyspark.sql", "banso[spark]"), ("clickhouse", "chdb", "banso[clickhouse]")],
)
def test_a_missing_engine_says_what_to_install(
    name: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(spark, "_opened", spark._opened.__wrapped__)
    settings.LAKE_ENGINE = name
    with pytest.raises(EngineMissing) as raised:
        choice.engine()
    assert f"pip install '{extra}'" in str(raised.value)


def test_a_word_that_is_no_engine_stops_the_start() -> None:
    environment = {**os.environ, "BANSO_LAKE_ENGINE": "postgres"}
    done = subprocess.run(
        [sys.executable, "-m", "banso", "check"], env=environment, capture_output=True, text=True
    )
    assert done.returncode
    assert "BANSO_LAKE_ENGINE='postgres' is none of duckdb, spark, clickhouse" in done.stderr


@pytest.mark.parametrize(
    ("text", "size"), [("1GB", 10**9), ("512 MiB", 2**29), ("1.5gb", 1_500_000_000), ("700", 700)]
)
def test_sizes_are_read_as_duckdb_reads_them(text: str, size: int) -> None:
    assert bytes_of(text) == size


@pytest.mark.parametrize(("required", "end"), [("", pytest.skip), ("1", pytest.fail)])
def test_only_where_engines_are_required_a_missing_one_fails(
    required: str, end: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_engines, "lacking", lambda: ["banso[spark]"])
    monkeypatch.setenv(other_engines.REQUIRED, required)
    with pytest.raises(end.Exception, match=r"need banso\[spark\]"):
        other_engines.demand()


@pytest.mark.engines
def test_spark_reads_the_lake_at_its_own_address(
    other_engines: dict[str, Engine], tmp_path: Path, settings: Settings
) -> None:
    """The cluster mounts the lake elsewhere: only that copy is there."""
    settings.SPARK_LAKE = f"file://{tmp_path}/mounted/"
    (tmp_path / "mounted" / "events").mkdir(parents=True)
    files = []
    for path in files_of(1, tmp_path):
        copy(path, tmp_path / "mounted" / "events" / path.name)
        files.append(duck.root() / path.name)
    for name in ("spark", "spark connect"):
        found = other_engines[name].aggregate(ROWS, files=files)
        assert found.to_pylist() == [{"n": 600}], name


@pytest.mark.engines
def test_a_session_that_the_cluster_ended_is_opened_anew(
    other_engines: dict[str, Engine], spark_address: str, tmp_path: Path, settings: Settings
) -> None:
    settings.LAKE_ENGINE, settings.SPARK_REMOTE = "spark", spark_address
    files = files_of(1, tmp_path)
    first = choice.engine()
    assert first.aggregate(ROWS, files=files).to_pylist() == [{"n": 600}]
    spark._opened(spark_address).stop()
    with pytest.raises(Exception, match=r"(?i)session|closed|channel|stopped"):
        choice.engine().aggregate(ROWS, files=files)
    assert choice.engine().aggregate(ROWS, files=files).to_pylist() == [{"n": 600}]
    spark._opened(spark_address).stop()
    spark._opened.cache_clear()
