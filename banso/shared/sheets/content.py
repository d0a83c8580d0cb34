"""What stands on a sheet of one page: the same for every kind of file."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# not allowed in XML, or turning the direction of what is read after it
_NOT_SHOWN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+"
)
INK, FAINT, LINE = "1d2733", "5f6b7a", "d5dae1"
MAIN, BAND, CAUTION, CAUTION_GROUND = "0f6173", "9cc4cc", "7a4b00", "fff4dd"


@dataclass(frozen=True)
class Range:
    """A figure with its likely values: ``inner`` and ``outer`` are (low, high) for the bar; all
    texts are ready to print. ``more``: a last column, for instance an upper bound.
    """

    name: str
    text: str
    inner_text: str
    outer_text: str
    value: float
    inner: tuple[float, float]
    outer: tuple[float, float]
    more: str = ""


@dataclass(frozen=True)
class Facts:
    """A block of names with what is said under them."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Sheet:
    """A question with its answer on one page.

    kind: small line above the question; caution: what must not be overread, "" for none; header:
    names of the four columns of the ranges (five where they have ``more``); blocks: side by side,
    three at most.
    """

    kind: str
    question: str
    answer: str
    caution: str
    header: tuple[str, ...]
    ranges: tuple[Range, ...]
    blocks: tuple[Facts, ...]
    footer: str
    language: str = "en"


def columns_of(sheet: Sheet) -> tuple[float, ...]:
    """Shares of the width of the table's columns, the bar's last."""
    if any(found.more for found in sheet.ranges):
        return 0.18, 0.14, 0.21, 0.21, 0.12, 0.14
    return 0.24, 0.14, 0.19, 0.19, 0.24


def cells_of(found: Range, columns: int) -> list[str]:
    """The texts of a line, without its bar."""
    return [found.name, found.text, found.inner_text, found.outer_text, found.more][: columns - 1]


def printable(text: str, most: int = 400) -> str:
    """One line without control characters, cut where it is longer than ``most`` narrow letters."""
    line = _NOT_SHOWN.sub(" ", text).strip()
    if width(line) <= most:
        return line
    kept = line[:most]
    while width(kept) > most - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def width(text: str) -> int:
    """Narrow letters that the text takes; a wide one (Japanese) takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def places(found: Range) -> tuple[float, float, float, float, float, float]:
    """Where a bar's ends, its middle and zero lie between 0 and 1: outer, inner, value, zero."""
    low, high = min(0.0, found.outer[0]), max(0.0, found.outer[1])
    span = (high - low) or 1.0
    ends = (*found.outer, *found.inner, found.value, 0.0)
    one, two, three, four, five, six = ((end - low) / span for end in ends)
    return one, two, three, four, five, six
