"""The groups of one field side by side: how many answered, what they say, whether they differ."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import Wave
from banso.measure.experience.answers import Answers, Bools, answers_of, customers_on, kept
from banso.measure.experience.columns import NONE, Ints
from banso.measure.experience.result import (
    Found,
    intent_of,
    recommend_of,
    satisfaction_of,
    under,
)
from banso.measure.experience.rules import BRANCHES, CONSULTED, TOP_TWO, TROUBLE
from banso.measure.experience.segments import SegmentField, in_order
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.experience_tree import share
from banso.prove.engine.multiplicity import benjamini_hochberg
from banso.prove.engine.partial_pooling import Pulled, groups_differ, interaction, pool
from banso.prove.engine.proportions import ChiSquare, rate
from banso.prove.engine.year_change import Year, year_change

MOST_GROUPS = 16


@dataclass(frozen=True)
class GroupFigures:
    """One group: how many of its customers answered, and what these say. ``pulled``: the intent to
    continue pulled towards all groups; ``apart``: how far from the others together, with its q.
    ``leaves``: the intent at each leaf, as answered and pulled towards the other groups there.
    """

    group: str
    people: int
    accounts: int
    population: int
    responded: Found
    trouble: Found
    consulted: Found
    satisfaction: Found
    intent: Found
    recommend: Found
    pulled: Pulled | None
    apart: Found
    leaves: dict[str, tuple[Found, Pulled | None]]


@dataclass(frozen=True)
class SideBySide:
    groups: list[GroupFigures]
    left_out: int
    differ: ChiSquare | NoAnswer
    interacts: ChiSquare | NoAnswer


def side_by_side(wave: Wave, field: SegmentField, asof: Hashable) -> SideBySide:
    """Kept until answers or customers change."""
    return kept(("by", wave.pk, field.key, asof), lambda: _side_by_side(wave, field, asof))


def _side_by_side(wave: Wave, field: SegmentField, asof: Hashable) -> SideBySide:
    every = answers_of(wave, asof)
    answers = every.only(every.account != NONE)
    groups = field.groups(asof)
    whose = groups.coded(answers.account)
    customers = customers_on(wave.opens_on, asof).ids
    theirs = np.bincount(groups.coded(customers), minlength=len(groups.levels))
    counts = np.bincount(whose, minlength=len(groups.levels))
    names = [at for at in np.argsort(-counts, kind="stable").tolist() if counts[at]]
    listed = in_order(field, [groups.levels[at] for at in names[:MOST_GROUPS]])
    made = [
        _group(name, answers, whose == at, int(theirs[at]), customers)
        for name, at in ((name, groups.levels.index(name)) for name in listed)
    ]
    said = (answers.intent != NONE) & (answers.leaf != NONE)
    mine = answers.only(said)
    tested = (mine.intent >= TOP_TWO, mine.leaf, whose[said], mine.code)
    return SideBySide(
        _with_q(_pooled(made)),
        len(names) - len(listed),
        groups_differ(*tested) if mine.n else NoAnswer("too_few_groups"),
        interaction(*tested) if mine.n else NoAnswer("too_few_groups"),
    )


def _group(
    name: str, answers: Answers, here: Bools, population: int, customers: Ints
) -> GroupFigures:
    mine = answers.only(here)
    answered = int(np.isin(customers, mine.account).sum())
    troubled = under(mine, BRANCHES[TROUBLE])
    placed = mine.only(mine.leaf != NONE)
    return GroupFigures(
        group=name,
        people=mine.n,
        accounts=mine.accounts,
        population=population,
        responded=rate(min(answered, population), population)
        if population
        else NoAnswer("too_few_people", {"people": 0, "people_needed": 10}),
        trouble=share(under(placed, BRANCHES[TROUBLE]), placed.people()),
        consulted=share(
            under(mine.only(troubled), BRANCHES[CONSULTED]), mine.only(troubled).people()
        ),
        satisfaction=satisfaction_of(mine),
        intent=intent_of(mine),
        recommend=recommend_of(mine),
        pulled=None,
        apart=_apart(answers, here),
        leaves={
            leaf: (intent_of(mine.only(mine.leaf == at)), None) for at, leaf in enumerate(LEAVES)
        },
    )


def _apart(answers: Answers, here: Bools) -> Found:
    """Intent to continue of the group less that of all others."""
    said, top = answers.intent != NONE, answers.intent >= TOP_TWO
    years = []
    for side in (said & ~here, said & here):
        code = answers.code[side]
        years.append(Year(top[side].astype(np.float64), code, np.zeros(len(code), dtype=np.int64)))
    return year_change(*years)


def _pooled(groups: Sequence[GroupFigures]) -> list[GroupFigures]:
    whole = _pull([one.intent for one in groups])
    by_leaf = {leaf: _pull([one.leaves[leaf][0] for one in groups]) for leaf in LEAVES}
    return [
        replace(
            one,
            pulled=whole[at],
            leaves={leaf: (one.leaves[leaf][0], by_leaf[leaf][at]) for leaf in LEAVES},
        )
        for at, one in enumerate(groups)
    ]


def _pull(found: Sequence[Found]) -> list[Pulled | None]:
    """The shares that there are, pulled towards each other; None for the rest."""
    there = [one for one in found if isinstance(one, Answer)]
    together = pool([one.value for one in there], [_variance(one) for one in there])
    if isinstance(together, NoAnswer):
        return [None] * len(found)
    pulled = iter(together.groups)
    return [next(pulled) if isinstance(one, Answer) else None for one in found]


def _variance(found: Answer) -> float:
    """Its own; with one more of either kind where all or none intend it."""
    n = found.accounts or found.n
    p = (found.value * n + 1) / (n + 2)
    return max((found.se or 0.0) ** 2, p * (1 - p) / (n + 2) / 4)


def _with_q(groups: Sequence[GroupFigures]) -> list[GroupFigures]:
    """Benjamini-Hochberg over the groups of the field."""
    tested = [one.apart.p for one in groups if isinstance(one.apart, Answer)]
    q = iter(benjamini_hochberg([p for p in tested if p is not None]).tolist())
    return [
        replace(one, apart=replace(one.apart, q=next(q))) if isinstance(one.apart, Answer) else one
        for one in groups
    ]
