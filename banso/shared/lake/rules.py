"""What an event must look like, which week it belongs to, and when a week's files are merged."""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa

ARRIVING = pa.schema(
    [
        pa.field("event_id", pa.string()),
        pa.field("account_key", pa.string(), nullable=False),
        pa.field("user_key", pa.string()),
        pa.field("role", pa.string()),
        pa.field("name", pa.string(), nullable=False),
        pa.field("ts_us", pa.int64(), nullable=False),
        pa.field("props", pa.string()),
    ]
)
REQUIRED = ("account_key", "name", "ts_us")
DAY_US = 86_400_000_000
EARLIEST_US = 0
LATEST_US = 4_102_444_800_000_000  # 2100-01-01
LONGEST_NAME = 200
LONGEST_KEY = 200
GRACE = timedelta(hours=1)  # how long a retired file stays for those who read it
MERGE_AT = 8
MERGE_UP_TO = 4
MICRO = 1_000_000
LARGEST = 10**12  # a property beyond it is not taken for a number
ROUND_ROWS = 500_000
ROUND_BYTES = 128 * 1024 * 1024
REWRITE_ROWS = 1_000_000
BATCH_ROWS = 50_000
BATCH_BYTES = 32 * 1024 * 1024


class BadEvents(ValueError):
    """Events that the lake refuses whole: the caller must check its rows first."""


@dataclass(frozen=True)
class Receipt:
    """The events are on disk; ``batch_id`` names the first of their inbox rows, 0 for none."""

    accepted: int
    batch_id: int


@dataclass(frozen=True)
class Round:
    """What one step of the compaction did."""

    batches: int
    rows: int
    repeated: int
    weeks: tuple[int, ...]


def week_of(ts_us: int) -> int:
    """Number of the UTC week (from Monday); 1970-01-01 lies in week 0."""
    return (ts_us // DAY_US + 3) // 7


def weeks_beside(weeks: Iterable[int]) -> set[int]:
    """The weeks and their neighbours: an event that is sent again with another time is there."""
    return {week + step for week in weeks for step in (-1, 0, 1)}


def to_merge(new_rows: int, live_rows: Sequence[int]) -> list[int]:
    """Places of the live files of a week that new rows are written together with.

    Small files first, and a larger one once the smaller ones together come near it: each row is
    written a few times, not with every arrival, and the files stay few (some small ones, and larger
    ones of growing size).
    """
    chosen: list[int] = []
    total = new_rows
    for place in sorted(range(len(live_rows)), key=lambda place: live_rows[place]):
        if live_rows[place] > MERGE_UP_TO * total:
            break
        chosen.append(place)
        total += live_rows[place]
    return chosen if len(chosen) + 1 >= MERGE_AT else []


def fitting(rows: Sequence[int]) -> int:
    """How many files one round of a rewriting takes, one at least."""
    total = 0
    for number, some in enumerate(rows):
        total += some
        if number and total > REWRITE_ROWS:
            return number
    return len(rows)


def first_kept_week(today: date, months: int) -> int:
    """The first week that events are kept of; whole weeks before it are over in every time zone."""
    month = today.year * 12 + today.month - 1 - months
    last_day = monthrange(month // 12, month % 12 + 1)[1]
    cut = date(month // 12, month % 12 + 1, min(today.day, last_day))
    return ((cut - date(1970, 1, 1)).days - 1 + 3) // 7


def is_of_users(user_keys: Sequence[str], account_ids: Sequence[int] | None) -> str:
    """An SQL condition: the event is of one of these users (at one of these accounts)."""
    condition = f"user_key IN ({', '.join(quoted(key) for key in user_keys)})"
    if account_ids is None:
        return condition
    listed = ", ".join(str(int(one)) for one in account_ids)
    return f"{condition} AND account_id IN ({listed})" if listed else "1 = 0"


def without_words(props: str | None, words: Sequence[str], instead: str) -> str | None:
    """The properties with ``instead`` for every text or number that holds one of the words."""
    if not props or not words:
        return props
    small = [word.casefold() for word in words]

    def cleaned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: cleaned(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [cleaned(inner) for inner in value]
        if isinstance(value, str):
            return instead if any(word in value.casefold() for word in small) else value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return instead if str(value) in words else value
        return value

    given = json.loads(props)
    kept = cleaned(given)
    return props if kept == given else json.dumps(kept, ensure_ascii=False)


def file_name(week: int, token: str) -> str:
    return f"w{week:05d}-{token}.parquet"


def quoted(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
