"""Lines that stand under each other in a terminal, Japanese letters counted as two columns."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width


def width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text: str, columns: int) -> str:
    return text + " " * max(columns - width(text), 0)


def table(rows: Sequence[tuple[str, int]]) -> str:
    """A name and a number per line."""
    numbers = [f"{number:,}" for _name, number in rows]
    left = max(width(name) for name, _number in rows)
    right = max(len(number) for number in numbers)
    return "\n".join(
        f"  {padded(name, left)}  {number:>{right}}"
        for (name, _number), number in zip(rows, numbers, strict=True)
    )
