"""A made-up lake of any size: weekly Parquet files as the compaction writes them, and their rows.

Sizes follow a power law over the accounts; 40 event names, four roles, half of the events with
properties. The same seed gives the same events.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from banso.shared.lake.days import day_number
from banso.shared.lake.rules import DAY_US

ZONE_US = 9 * 3_600_000_000  # Asia/Tokyo, all year
NAMES = 40
_PICK = "((hash({seed} + i * 8 + {part}) >> 11) / 9007199254740992.0)"


def week_file(
    path: Path, *, week: int, events: int, accounts: int, seed: int, threads: int = 2
) -> None:
    """Write one UTC week: sorted by account and time, as the lake's files are."""
    part = [_PICK.format(seed=seed * 1_000_003 + week * 7919, part=n) for n in range(6)]
    begin = (week * 7 - 3) * DAY_US
    # an account has 1 to 200 users, larger ones more; people come back with a power law too
    made = f"""
    WITH drawn AS (
      SELECT i, CAST(1 + FLOOR({accounts} * POW({part[0]}, 2.0)) AS BIGINT) AS account_id,
             {part[1]} AS u, CAST(FLOOR({NAMES} * POW({part[2]}, 2.0)) AS INTEGER) AS n,
             CAST({begin} + FLOOR({part[3]} * {7 * DAY_US}) AS BIGINT) AS ts_us,
             {part[4]} AS p, {part[5]} AS q
      FROM range({events}) t(i)),
    placed AS (
      SELECT *, CAST(2 + 200 * POW(1.0 - (account_id - 1) / {accounts}, 8) AS INTEGER) AS users
      FROM drawn),
    named AS (
      SELECT *, 'u' || account_id || '-' || CAST(FLOOR(users * POW(u, 1.5)) AS INTEGER) AS user_key
      FROM placed)
    SELECT account_id, 'A' || account_id AS account_key, user_key,
           CASE WHEN u < 0.1 THEN 'admin' WHEN u < 0.5 THEN 'editor' WHEN u < 0.9 THEN 'viewer' END
             AS role,
           'event_' || lpad(CAST(n AS VARCHAR), 2, '0') AS name, ts_us,
           CAST((ts_us + {ZONE_US}) // {DAY_US} AS INTEGER) AS day,
           CASE WHEN p < 0.5 THEN '{{"amount":' || CAST(FLOOR(q * 10000) / 100 AS VARCHAR)
             || ',"items":' || CAST(CAST(FLOOR(p * 40) AS INTEGER) AS VARCHAR)
             || ',"plan":"' || CASE WHEN q < 0.3 THEN 'pro' ELSE 'free' END || '"}}' END AS props,
           unhex(md5({week} || '-' || i)) AS key,
           CAST(CAST(hash(user_key) >> 1 AS BIGINT) AS BIGINT) AS user_no,
           CASE WHEN p < 0.5 THEN CAST(FLOOR(q * 10000) * 10000 AS BIGINT) END AS n1,
           CASE WHEN p < 0.5 THEN CAST(FLOOR(p * 40) AS BIGINT) * 1000000 END AS n2,
           CASE WHEN p < 0.5 THEN CASE WHEN q < 0.3 THEN 'pro' ELSE 'free' END END AS s3
    FROM named ORDER BY account_id, ts_us
    """
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET threads = {threads}")
    connection.execute(f"COPY ({made}) TO '{path}' (FORMAT parquet, COMPRESSION zstd)")
    connection.close()


def weeks_before(last_day: date, count: int) -> list[int]:
    """Numbers of the UTC weeks that end with the week before the day's."""
    newest = (day_number(last_day) + 3) // 7 - 1
    return list(range(newest - count + 1, newest + 1))
