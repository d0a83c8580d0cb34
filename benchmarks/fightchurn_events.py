"""The events of benchmarks/fightchurn.py, and the rows that were made of them, side by side."""

from __future__ import annotations

from pathlib import Path

import duckdb

from benchmarks.fightchurn_side import DAY_US, EPOCH, NAMES


def week_file(path: Path, week: int, *, events: int, accounts: int) -> None:
    """A week as the compaction leaves it, without users; some events lie right on midnight."""
    pick = [f"((hash({week * 7919 + 1} + i * 4 + {n}) >> 11) / 9007199254740992.0)" for n in (0, 1)]
    moment = f"CAST(hash({week * 7919 + 1} + i * 4 + 2) % {7 * DAY_US} AS BIGINT)"
    duckdb.execute(
        f"""
        COPY (
          WITH drawn AS (
            SELECT i,
                   CAST(1 + FLOOR({accounts} * POW({pick[0]}, 3)) AS BIGINT) AS account_id,
                   CAST(1 + FLOOR({len(NAMES)} * POW({pick[1]}, 2)) AS INTEGER) AS n, {moment} AS t
            FROM range({events}) made(i)),
          timed AS (
            SELECT *, {(week * 7 - 3) * DAY_US}
                   + CASE WHEN i % 1000 = 0 THEN t // {DAY_US} * {DAY_US} ELSE t END AS ts_us
            FROM drawn)
          SELECT account_id, 'A' || account_id AS account_key, CAST(NULL AS VARCHAR) AS user_key,
                 CAST(NULL AS VARCHAR) AS role, {NAMES}[n] AS name, ts_us,
                 CAST(ts_us // {DAY_US} AS INTEGER) AS day, CAST(NULL AS VARCHAR) AS props,
                 unhex(md5({week} || '-' || i)) AS key, CAST(NULL AS BIGINT) AS user_no
          FROM timed ORDER BY account_id, ts_us
        ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
        """
    )


def rows_of(path: Path, metrics: list[str]) -> str:
    """account_id, day, metric, value of those metrics, without what was not counted."""
    listed = ", ".join(f"'{name}'" for name in metrics)
    if path.name == "fightchurn.csv":
        said = (
            f"SELECT a AS account_id, date_diff('day', DATE '{EPOCH}', t::DATE) AS day, "
            f"{NAMES}[m] AS metric, v AS value FROM read_csv('{path}', header = false, columns = "
            "{'a': 'BIGINT', 't': 'TIMESTAMP', 'm': 'INTEGER', 'v': 'DOUBLE'})"
        )
    elif path.name == "banso.parquet":
        said = f"SELECT account_id, day, metric, value FROM '{path}'"
    else:
        said = (
            "SELECT account_id, on_day AS day, metric, value FROM "
            f"(UNPIVOT (FROM '{path}') ON {', '.join(NAMES)} INTO NAME metric VALUE value)"
        )
    return (
        "SELECT account_id::BIGINT AS account_id, day::BIGINT AS day, metric, "
        f"value::DOUBLE AS value FROM ({said}) "
        f"WHERE metric IN ({listed}) AND value IS DISTINCT FROM 0"
    )


def compare(one: Path, other: Path, metrics: list[str]) -> int:
    """How many rows both have; different rows end the run."""
    a, b = rows_of(one, metrics), rows_of(other, metrics)
    found = (
        duckdb.connect()
        .execute(
            f"SELECT (SELECT COUNT(*) FROM ({a})), (SELECT COUNT(*) FROM ({b})), "
            f"(SELECT COUNT(*) FROM ({a} EXCEPT ALL {b})), "
            f"(SELECT COUNT(*) FROM ({b} EXCEPT ALL {a}))"
        )
        .fetchone()
    )
    if not found or found[0] != found[1] or found[2] or found[3] or not found[0]:
        raise SystemExit(f"{one.name} and {other.name} differ (rows, rows, only, only): {found}")
    return int(found[0])


def share_of_events(files: str, metrics: list[str]) -> float:
    """Which part of all events the metrics count."""
    found = (
        duckdb.connect()
        .execute(
            "SELECT COUNT(CASE WHEN list_contains($names, name) THEN 1 END) / COUNT(*) "
            "FROM read_parquet($files)",
            {"names": metrics, "files": f"{files}/*-bench.parquet"},
        )
        .fetchone()
    )
    return float(found[0]) if found else 1.0
