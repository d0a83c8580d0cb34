"""Which pairs are compared, which of them were said beforehand, and what follows from a verdict.

Pure: no Django. A side is a set of leaves, narrowed down by one thing known of the customer or
named in the answer. What was registered after the first answer of an asking came is exploratory
there: before that moment nobody can have looked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from banso.listen.surveys.meanings import (
    ABOVE,
    AS_EXPECTED,
    BELOW,
    LEAVES,
    NO_TROUBLE,
    NOT_CONSULTED,
    WAITING,
)

OUTCOMES = ("intent", "satisfaction", "recommend")
TOP = {"intent": 4, "satisfaction": 4}
NAMED = ("trouble_kind", "channel", "why_not")
CONFIRMATORY, EXPLORATORY = "confirmatory", "exploratory"
CONSULTED = (ABOVE, AS_EXPECTED, BELOW, WAITING)


@dataclass(frozen=True)
class Side:
    """Who is meant: people at one of the leaves; with ``field`` only those whose customer (or whose
    answer, for ``NAMED``) has that ``value``.
    """

    leaves: tuple[str, ...]
    field: str = ""
    value: str = ""

    def told(self) -> dict[str, Any]:
        return {"leaves": list(self.leaves), "field": self.field, "value": self.value}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Side:
        leaves = tuple(leaf for leaf in LEAVES if leaf in told["leaves"])
        return cls(leaves, told.get("field", ""), told.get("value", ""))

    def may_overlap(self, other: Side) -> bool:
        """Whether somebody could belong to both."""
        if not set(self.leaves) & set(other.leaves):
            return False
        apart = self.field and self.field == other.field and self.field not in NAMED
        return not (apart and self.value != other.value)


@dataclass(frozen=True)
class Question:
    """A pair as it is asked; ``registered_at`` None: built in, fixed before any answer."""

    key: str
    one: Side
    other: Side
    name: str = ""
    registered_at: datetime | None = None
    pair: int | None = None


BUILT_IN = (
    Question("above_no_trouble", Side((ABOVE,)), Side((NO_TROUBLE,))),
    Question("met_below", Side((ABOVE, AS_EXPECTED)), Side((BELOW,))),
    Question("at_below", Side((AS_EXPECTED,)), Side((BELOW,))),
    Question("consulted_not", Side(CONSULTED), Side((NOT_CONSULTED,))),
    Question("met_no_trouble", Side((ABOVE, AS_EXPECTED)), Side((NO_TROUBLE,))),
)


def kind_of(question: Question, first_answer: datetime | date | None) -> str:
    """Confirmatory where it was said before the first answer came; of an answer of which only the
    day is known, before that day.
    """
    said = question.registered_at
    if said is None or first_answer is None:
        return CONFIRMATORY
    if isinstance(first_answer, datetime):
        return CONFIRMATORY if said < first_answer else EXPLORATORY
    return CONFIRMATORY if said.date() < first_answer else EXPLORATORY


def next_step(question: Question, said: str) -> str:
    """What to do with the verdict on the intent to continue: "reproduce", "why_not", "prevent",
    "answers", "mend", "elsewhere" or "read".
    """
    if said in ("too_few", "undecided"):
        return "answers"
    if said in ("no_difference", "no_variation"):
        return "elsewhere"
    higher, lower = (
        (question.one, question.other) if said == "found" else (question.other, question.one)
    )
    if higher.leaves == (NO_TROUBLE,):
        return "prevent"
    if NOT_CONSULTED in lower.leaves:
        return "why_not"
    if NOT_CONSULTED in higher.leaves:
        return "mend"
    if ABOVE in higher.leaves or AS_EXPECTED in higher.leaves:
        return "reproduce"
    return "read"


def people_of(question: Question, said: str, step: str) -> Side:
    """Whose texts are read for the step."""
    higher, lower = (
        (question.other, question.one) if said == "reversed" else (question.one, question.other)
    )
    if step in ("why_not", "mend"):
        return lower
    if step == "prevent":
        return lower
    if ABOVE in higher.leaves:
        return Side((ABOVE,), higher.field, higher.value)
    return higher
