"""All pairs of an asking compared, corrected for how many were asked (METHODS 3.5, 1.7).

Each outcome is a family. Pairs said beforehand: Holm at 5 % among themselves. Later ones: the
false-discovery rate of everything asked at 10 %, and labelled exploratory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from banso.prove.contrasts.rules import CONFIRMATORY, OUTCOMES, TOP, Question, Side
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.contrast import (
    Answers,
    Contrast,
    Rules,
    Said,
    compare,
    p_of,
    verdict,
)
from banso.prove.engine.multiplicity import benjamini_hochberg, holm
from banso.prove.engine.ordered import counted

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
RULES = Rules()
SCALES = {"intent": (1, 5), "satisfaction": (1, 5), "recommend": (0, 10)}


@dataclass(frozen=True)
class Columns:
    """The answers of an asking: ``leaf`` place in LEAVES (-1 unknown), ``scales`` by outcome (-1
    not said), ``who``: rows of a side.
    """

    account: Ints
    leaf: Ints
    scales: Mapping[str, Ints]
    who: Mapping[Side, Bools]


@dataclass(frozen=True)
class Judged:
    """One pair on one outcome."""

    question: Question
    outcome: str
    kind: str
    said: Said
    figures: dict[str, Any]


def judged(columns: Columns, asked: Sequence[tuple[Question, str]]) -> list[Judged]:
    """asked: pairs with their kind. An outcome that nobody was asked about is left out."""
    found: list[Judged] = []
    for outcome in OUTCOMES:
        if (columns.scales[outcome] >= 0).any():
            found += _family(columns, asked, outcome)
    return found


def _family(columns: Columns, asked: Sequence[tuple[Question, str]], outcome: str) -> list[Judged]:
    contrasts = [_contrast(columns, question, outcome) for question, _kind in asked]
    p = [p_of(one) for one in contrasts]
    kinds = [kind for _question, kind in asked]
    tested = [place for place, value in enumerate(p) if value is not None]
    first = [place for place in tested if kinds[place] == CONFIRMATORY]
    every = dict(zip(tested, benjamini_hochberg([p[i] or 0.0 for i in tested]), strict=True))
    strict = dict(zip(first, holm([p[i] or 0.0 for i in first]), strict=True))
    found = []
    for place, (question, kind) in enumerate(asked):
        said_first = kind == CONFIRMATORY
        corrected = strict.get(place) if said_first else every.get(place)
        said = verdict(
            contrasts[place], corrected=None if corrected is None else float(corrected),
            threshold=RULES.alpha if said_first else RULES.q_target, rules=RULES,
        )  # fmt: skip
        figures = figures_of(contrasts[place]) | {
            "p": p[place], "q": _number(every.get(place)), "holm": _number(strict.get(place)),
            "asked": len(asked), "asked_first": kinds.count(CONFIRMATORY),
            "answers": _answers(columns, question, outcome),
        }  # fmt: skip
        found.append(Judged(question, outcome, kind, said, figures))
    return found


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _contrast(columns: Columns, question: Question, outcome: str) -> Contrast:
    value = columns.scales[outcome]
    known = (value >= 0) & (columns.leaf >= 0)
    one, other = (columns.who[side][known] for side in (question.one, question.other))
    answers = Answers(
        value[known], columns.account[known], columns.leaf[known], one & ~other, other & ~one
    )
    return compare(answers, scored(value[known], outcome), RULES)


def scored(value: Ints, outcome: str) -> Floats:
    """Of each answer: whether it is one of the two highest; of a recommendation +1, 0 or -1."""
    if outcome in TOP:
        return (value >= TOP[outcome]).astype(np.float64)
    return (value >= 9).astype(np.float64) - (value <= 6)


def _answers(columns: Columns, question: Question, outcome: str) -> list[list[int]]:
    """How many of each side gave each answer, from the lowest."""
    low, high = SCALES[outcome]
    value = columns.scales[outcome]
    known = (value >= low) & (value <= high) & (columns.leaf >= 0)
    sides = [columns.who[side] & known for side in (question.one, question.other)]
    rows = [counted(np.zeros(s.sum(), np.int64), value[s] - low, 1, high - low + 1) for s in sides]
    return [row[0].tolist() for row in rows]


def figures_of(contrast: Contrast) -> dict[str, Any]:
    """Plain JSON of a contrast."""
    lacking = contrast.odds if isinstance(contrast.odds, NoAnswer) else None
    return {
        "n": list(contrast.n),
        "accounts": list(contrast.accounts),
        "levels": list(contrast.levels),
        "odds": _told(contrast.odds),
        "superiority": _told(contrast.superiority),
        "difference": _told(contrast.difference),
        "power": contrast.power,
        "needed": contrast.n_needed,
        "checks": {one.name: [one.value, one.passed] for one in contrast.checks},
        "reason": lacking.reason if lacking else "",
        "needs": dict(lacking.needs) if lacking else {},
    }


def _told(answer: Answer | NoAnswer) -> dict[str, float] | None:
    if isinstance(answer, NoAnswer):
        return None
    return {"value": answer.value, "low": answer.low, "high": answer.high}
