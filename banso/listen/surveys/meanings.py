"""What an answer says, whatever a survey calls its question: the same meaning in two surveys is
one line in time.

The experience tree stands on trouble, consulted and answer; satisfaction, intent and recommendation
are what it explains (Goodman 2009, Strategic Customer Service, ch. 3-4).
"""

from __future__ import annotations

from dataclasses import dataclass

YES, NO = "yes", "no"
ABOVE, AS_EXPECTED, BELOW, WAITING = "above", "at", "below", "waiting"
NO_TROUBLE, NOT_CONSULTED = "no_trouble", "not_consulted"
LEAVES = (NO_TROUBLE, NOT_CONSULTED, ABOVE, AS_EXPECTED, BELOW, WAITING)


@dataclass(frozen=True, slots=True)
class Meaning:
    """``kind``: the only kinds of question that can carry it; ``values`` what a choice must offer
    (empty: any); ``low``, ``high``: its scale; ``several``: more than one question may have it.
    """

    key: str
    kinds: tuple[str, ...]
    values: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    several: bool = False


MEANINGS = {
    one.key: one
    for one in (
        Meaning("trouble", ("choice",), (YES, NO)),
        Meaning("trouble_kind", ("choice", "choices")),
        Meaning("consulted", ("choice",), (YES, NO)),
        Meaning("channel", ("choice", "choices")),
        Meaning("why_not", ("choice", "choices")),
        Meaning("answer", ("choice",), (ABOVE, AS_EXPECTED, BELOW, WAITING)),
        Meaning("satisfaction", ("scale",), low=1, high=5),
        Meaning("intent", ("scale",), low=1, high=5),
        Meaning("recommend", ("scale",), low=0, high=10),
        Meaning("miss", ("scale",), low=1, high=3),
        Meaning("csat", ("scale",), low=1, high=5),
        Meaning("effort", ("scale",), low=1, high=7),
        Meaning("success", ("text",), several=True),
        Meaning("comment", ("text",), several=True),
    )
}
SCALES = tuple(key for key, one in MEANINGS.items() if one.high)
CHOSEN = tuple(key for key, one in MEANINGS.items() if one.kinds[0] == "choice" and not one.values)
"""Kept one by one, to be counted: kinds of trouble, channels, why nobody was asked."""


def leaf_of(trouble: object, consulted: object, answer: object) -> str:
    """Where in the tree an answer stands; "" where it does not say enough."""
    if trouble == NO:
        return NO_TROUBLE
    if trouble != YES:
        return ""
    if consulted == NO:
        return NOT_CONSULTED
    return str(answer) if consulted == YES and answer in LEAVES[2:] else ""
