"""The branches of the experience tree, and what of it may be shown when nobody is to be found out.

Pure: no Django.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from banso.listen.surveys.meanings import (
    ABOVE,
    AS_EXPECTED,
    BELOW,
    LEAVES,
    NO_TROUBLE,
    NOT_CONSULTED,
    WAITING,
)

ALL, TROUBLE, CONSULTED = "all", "trouble", "consulted"
FEWEST_SHOWN = 5
SATISFIED, TOP_TWO = 4, 4


@dataclass(frozen=True)
class Branch:
    """A place in the tree: the branch it hangs on, how deep, and the leaves under it."""

    key: str
    parent: str
    depth: int
    leaves: tuple[str, ...]

    @property
    def is_leaf(self) -> bool:
        return self.key in LEAVES


ANSWERED = (ABOVE, AS_EXPECTED, BELOW, WAITING)
BRANCHES = {
    one.key: one
    for one in (
        Branch(ALL, "", 0, LEAVES),
        Branch(NO_TROUBLE, ALL, 1, (NO_TROUBLE,)),
        Branch(TROUBLE, ALL, 1, (NOT_CONSULTED, *ANSWERED)),
        Branch(NOT_CONSULTED, TROUBLE, 2, (NOT_CONSULTED,)),
        Branch(CONSULTED, TROUBLE, 2, ANSWERED),
        *(Branch(leaf, CONSULTED, 3, (leaf,)) for leaf in ANSWERED),
    )
}


def hidden(people: Mapping[str, int]) -> set[str]:
    """The branches of an anonymous asking that may not be shown, given the people of each.

    Those of fewer than five; and where what is hidden under a branch could be told by taking the
    others from it, the smallest of the others, too.
    """
    found: set[str] = set()
    if people.get(ALL, 0) < FEWEST_SHOWN:
        return set(BRANCHES)
    for parent in (CONSULTED, TROUBLE, ALL):
        under = [one.key for one in BRANCHES.values() if one.parent == parent and people[one.key]]
        found |= {key for key in under if people[key] < FEWEST_SHOWN}
        while (few := [key for key in under if key in found]) and (
            sum(people[key] for key in few) < FEWEST_SHOWN or len(few) < 2
        ):
            others = [key for key in under if key not in found]
            if not others:
                found.add(parent)
                break
            found.add(min(others, key=lambda key: (people[key], key)))
    for one in BRANCHES.values():  # under a hidden branch nothing can be shown
        if one.parent in found:
            found.add(one.key)
    return found
