"""Hidden values in the text of an event: masked where it is shown, put back where it is sent. Pure.

The text may be broken JSON, so values are found by the names before them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection

MASK = "•••"
_NAMED = re.compile(r'("(?:[^"\\]|\\.)*")\s*:\s*')
_PLAIN = re.compile(r'"(?:[^"\\]|\\.)*"?|[^\s,}\]]+')
_MASKED = re.compile(rf'"{MASK}(\d+)"')
_decoder = json.JSONDecoder()


def masked(text: str, hidden: Collection[str]) -> tuple[str, list[str]]:
    """The text with a mark in place of each hidden value, and the values in their order."""
    parts: list[str] = []
    values: list[str] = []
    place = 0
    while found := _NAMED.search(text, place):
        parts.append(text[place : found.end()])
        place = found.end()
        if _plain(found.group(1)) in hidden:
            end = _end_of_value(text, place)
            values.append(text[place:end])
            parts.append(f'"{MASK}{len(values)}"')
            place = end
    return "".join(parts) + text[place:], values


def restored(text: str, values: list[str]) -> str:
    """The text with its marks replaced by the values that stood there."""

    def value(mark: re.Match[str]) -> str:
        number = int(mark.group(1))
        return values[number - 1] if 0 < number <= len(values) else mark.group()

    return _MASKED.sub(value, text)


def _plain(name: str) -> str:
    try:
        return str(json.loads(name))
    except ValueError:
        return name[1:-1]


def _end_of_value(text: str, start: int) -> int:
    try:
        return _decoder.raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        pass
    if text[start : start + 1] in ("{", "["):
        return len(text)  # broken inside: where it ends is not known
    plain = _PLAIN.match(text, start)
    return plain.end() if plain else start
