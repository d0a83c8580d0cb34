"""What other apps tell the lake: whose an account key is, and how a payload becomes rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from banso.shared.slots import Slot

Resolver = Callable[[list[str]], dict[str, int]]
# payload, meta, source and received_at of an inbox row -> its events as ``rules.ARRIVING``
Decoder = Callable[[bytes, dict[str, Any], str, datetime], pa.Table]


@dataclass(frozen=True)
class Came:
    """What a compaction took of one source and one minute of arriving (since 1970, UTC)."""

    source: str
    minute: int
    rows: int
    new: int


account_keys: Slot[Resolver] = Slot("lake.account_keys")
# key: the format of an inbox row
decoders: Slot[Decoder] = Slot("lake.decoders")
# called in the transaction that empties the inbox
arrived: Slot[Callable[[list[Came]], None]] = Slot("lake.arrived")
_CHUNK = 500


def resolve(keys: list[str]) -> dict[str, int]:
    """The accounts behind the keys; the first resolver that knows a key decides."""
    found: dict[str, int] = {}
    for resolver in account_keys.values():
        missing = [key for key in keys if key not in found]
        for start in range(0, len(missing), _CHUNK):
            found.update(resolver(missing[start : start + _CHUNK]))
    return found


def decoder_of(format_name: str) -> Decoder | None:
    return next((f.value for f in decoders.fillings() if f.key == format_name), None)
