"""What a pattern's evidence amounts to: computed from what it is linked to, never chosen."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

Says = Literal["for", "against", "open"]
Level = Literal["experience", "open", "against", "L1", "L2", "L3", "L4"]

FOR: Says = "for"
AGAINST_IT: Says = "against"
OPEN_STILL: Says = "open"
EXPERIENCE: Level = "experience"
OPEN: Level = "open"
AGAINST: Level = "against"
BORNE_OUT: tuple[Level, ...] = ("L1", "L2", "L3", "L4")
LEVELS: tuple[Level, ...] = (*reversed(BORNE_OUT), OPEN, EXPERIENCE, AGAINST)
MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Standing:
    """How one piece of evidence stands: what it says, and on which rung of the claim ladder its

    comparison is (1 association … 4 random draw); 0 while it says nothing yet.
    """

    says: Says = OPEN_STILL
    rung: int = 0


def level_of(standings: Iterable[Standing]) -> Level:
    """The strictest comparison that says something decides; where equally strict ones disagree,
    the pattern is not borne out.
    """
    found = list(standings)
    settled = [one for one in found if one.says != OPEN_STILL]
    if not settled:
        return OPEN if found else EXPERIENCE
    strictest = max(one.rung for one in settled)
    if any(one.says == AGAINST_IT for one in settled if one.rung == strictest):
        return AGAINST
    return BORNE_OUT[min(max(strictest, 1), 4) - 1]


def rank(level: str) -> int:
    """Higher is better borne out; nothing linked and not known yet are the same step."""
    if level == AGAINST:
        return -1
    return BORNE_OUT.index(level) + 1 if level in BORNE_OUT else 0


def holds(text: str, asked: str) -> bool:
    """Whether the text holds every word that was asked for, in any width and case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return all(word in plain for word in unicodedata.normalize("NFKC", asked).casefold().split())


def months_up_to(today: date, count: int = MONTHS_SHOWN) -> list[tuple[int, int]]:
    """The last months as (year, month), the present one last."""
    last = today.year * 12 + today.month - 1
    return [(number // 12, number % 12 + 1) for number in range(last - count + 1, last + 1)]


@dataclass(frozen=True)
class Spread:
    """``rows``: per person the first day and the uses of each month; ``totals`` of each month."""

    months: list[tuple[int, int]]
    rows: list[tuple[int, date, list[int], int]]
    totals: list[int]


def spread_of(uses: Sequence[tuple[int, date]], today: date) -> Spread:
    """Who took it up when, from (person, day): the first to use it stands first."""
    months = months_up_to(today)
    place = {month: number for number, month in enumerate(months)}
    first: dict[int, date] = {}
    counts: dict[int, list[int]] = {}
    whole: dict[int, int] = {}
    for person, day in uses:
        first[person] = min(day, first.get(person, day))
        whole[person] = whole.get(person, 0) + 1
        row = counts.setdefault(person, [0] * len(months))
        if (day.year, day.month) in place:
            row[place[day.year, day.month]] += 1
    order = sorted(first, key=lambda person: (first[person], person))
    rows = [(person, first[person], counts[person], whole[person]) for person in order]
    totals = [sum(counts[person][n] for person in order) for n in range(len(months))]
    return Spread(months, rows, totals)
