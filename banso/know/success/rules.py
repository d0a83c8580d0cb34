"""Steps of a definition of success as plain rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

LONGEST_WORDS, LONGEST_STEP, LONGEST_WHO, LONGEST_REASON = 4000, 300, 120, 300
MOST_STEPS = 20
ROWS_AT_FIRST = 3
T = TypeVar("T")


@dataclass(frozen=True)
class StepSaid:
    """What the customer can do or has, and the key of the metric that observes it, if any."""

    words: str
    metric: str = ""


def rearranged(rows: Sequence[T], do: str, blank: T) -> list[T]:
    """The rows after what a button asked for: ``more``, ``up-2``, ``down-0``, ``drop-1``."""
    made = list(rows)
    verb, _sep, number = do.partition("-")
    if verb == "more" and len(made) < MOST_STEPS:
        made.append(blank)
    if not (number.isascii() and number.isdigit() and len(number) < 4 and int(number) < len(made)):
        return made
    at = int(number)
    other = {"up": at - 1, "down": at + 1}.get(verb, -1)
    if verb == "drop":
        del made[at]
    elif 0 <= other < len(made):
        made[at], made[other] = made[other], made[at]
    return made


def first_line(words: str, longest: int = 60) -> str:
    """The words as one short line, for lists and choices."""
    line = " ".join(words.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
