"""What the properties of events are, judged from examples."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any

MOST_NAMES = 5000
MOST_UNKNOWN = 500
EXAMPLES = 100
MOST_PROPERTIES = 40
LONGEST_EXAMPLE = 60


@dataclass
class Property:
    """A property of one kind of event: how many examples had it, and how many as a number."""

    key: str
    seen: int = 0
    numbers: int = 0
    example: str = ""

    @property
    def is_numeric(self) -> bool:
        return self.numbers > 0 and self.numbers >= 0.9 * self.seen


def is_number(value: Any) -> bool:
    """A JSON number, or text that is one; true and false are not."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        return isfinite(float(value))
    except (ValueError, OverflowError):
        return False


def properties(examples: Iterable[str]) -> list[dict[str, Any]]:
    """The properties found in JSON objects, most frequent first, as they are kept."""
    found: dict[str, Property] = {}
    for text in examples:
        try:
            value = json.loads(text)
        except ValueError:
            continue
        for key, part in value.items() if isinstance(value, dict) else ():
            if part is None or not 0 < len(key) <= 100:
                continue
            entry = found.setdefault(key, Property(key))
            entry.seen += 1
            entry.numbers += is_number(part)
            entry.example = entry.example or str(part)[:LONGEST_EXAMPLE]
    ordered = sorted(found.values(), key=lambda p: (-p.seen, p.key))[:MOST_PROPERTIES]
    return [{"key": p.key, "numeric": p.is_numeric, "example": p.example} for p in ordered]
