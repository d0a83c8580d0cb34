from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from banso.shared.lake.rules import ARRIVING


def micros(text: str, zone: str = "Asia/Tokyo") -> int:
    """Microseconds of a local time such as "2025-03-01 09:30"."""
    return round(
        datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1_000_000
    )


def an_event(at: str = "2025-03-05 10:00", **fields: Any) -> dict[str, Any]:
    empty = {"event_id": None, "user_key": None, "role": None, "props": None}
    made = empty | {"account_key": "A-1", "name": "login", "ts_us": micros(at)}
    return made | fields


def a_table(*events: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(events), schema=ARRIVING)
