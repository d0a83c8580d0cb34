"""The result of one wave: the tree's branches with their figures, and what was chosen in them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import ResponseChoice, Wave
from banso.measure.experience.answers import (
    NONE,
    Answers,
    Bools,
    Floats,
    answers_of,
    customers_on,
    kept,
)
from banso.measure.experience.reads import chosen_answers
from banso.measure.experience.rules import (
    ALL,
    BRANCHES,
    CONSULTED,
    FEWEST_SHOWN,
    TOP_TWO,
    TROUBLE,
    Branch,
    hidden,
)
from banso.measure.experience.segments import segment_fields
from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.experience_tree import mean, recommendation, share

Found = Answer | NoAnswer
UNDER = {"trouble_kind": TROUBLE, "channel": CONSULTED, "why_not": "not_consulted"}
"""Of whom the chosen values are shares."""
HIDDEN = NoAnswer("hidden")


@dataclass(frozen=True)
class BranchFigures:
    """One branch. Shares are of all who stand in the tree: people, customers, revenue; the others
    are of those of the branch, people counting alike unless the name says otherwise.
    """

    branch: Branch
    people: int
    accounts: int
    is_hidden: bool
    share_people: Found
    share_customers: Found
    share_revenue: Found
    satisfaction: Found
    intent: Found
    intent_customers: Found
    intent_revenue: Found
    recommend: Found


@dataclass(frozen=True)
class ChosenValue:
    """How many of those asked named a value, and what they intend."""

    value: str
    people: int
    accounts: int
    share: Found
    consulted: Found
    intent: Found


@dataclass(frozen=True)
class Result:
    """``population``: customers of the day that were to be heard; ``answered``: those of them with
    an answer; ``outside``: answers that do not say where in the tree they stand.
    """

    branches: dict[str, BranchFigures]
    chosen: dict[str, list[ChosenValue]]
    people: int
    accounts: int
    outside: int
    population: int
    answered: int
    consulted: Found
    currency: str
    foreign: int
    tied: bool

    @property
    def rate(self) -> float | None:
        return self.answered / self.population if self.population else None


def result_of(wave: Wave, only: Mapping[str, str], asof: Hashable) -> Result:
    """Kept until answers or customers change."""
    key = ("result", wave.pk, tuple(sorted(only.items())), asof)
    return kept(key, lambda: _result(wave, only, asof))


def _result(wave: Wave, only: Mapping[str, str], asof: Hashable) -> Result:
    found, mask = chosen_answers(wave, only, asof)
    customers = customers_on(wave.opens_on, asof)
    placed = found.leaf != NONE
    tree = found.only(placed) if placed.any() else found
    money = customers.mrr_of(tree.account)
    at = {one.key: under(tree, one) for one in BRANCHES.values()}
    people = {key: int(here.sum()) for key, here in at.items()}
    shut = hidden(people) if not found.tied else set()
    each = tree.per_account()
    branches = {
        key: _figures(BRANCHES[key], tree, here, each, money * each, key in shut)
        for key, here in at.items()
    }
    ids, population = np.unique(found.account[found.account != NONE]), customers.ids
    if only:
        fields = segment_fields(wave.opens_on)
        for key, value in only.items():
            population = population[fields[key].groups(asof).at(population) == value]
    reached = at[CONSULTED][at[TROUBLE]]
    troubled = tree.only(at[TROUBLE])
    rate = HIDDEN if {TROUBLE, CONSULTED} & shut else share(reached, troubled.people())
    return Result(
        branches=branches,
        chosen=_chosen(wave, mask, tree, at, asof),
        people=found.n,
        accounts=found.accounts if found.tied else 0,
        outside=int((~placed).sum()),
        population=len(population),
        answered=len(np.intersect1d(ids, population)),
        consulted=rate,
        currency=customers.currency,
        foreign=customers.foreign,
        tied=found.tied,
    )


def under(answers: Answers, branch: Branch) -> Bools:
    """Which answers stand under a branch."""
    if branch.key == ALL:
        return np.ones(answers.n, dtype=bool)
    places = [LEAVES.index(leaf) for leaf in branch.leaves]
    return np.asarray(np.isin(answers.leaf, places))


def _figures(
    branch: Branch, tree: Answers, here: Bools, each: Floats, money: Floats, is_hidden: bool
) -> BranchFigures:
    if is_hidden:
        return BranchFigures(branch, int(here.sum()), 0, True, *(HIDDEN,) * 8)
    mine = tree.only(here)
    rich = money.sum() > 0
    return BranchFigures(
        branch,
        mine.n,
        mine.accounts if tree.tied else 0,
        False,
        share(here, tree.people()),
        share(here, tree.people(each)),
        share(here, tree.people(money)) if rich else NoAnswer("no_money"),
        satisfaction_of(mine),
        intent_of(mine),
        intent_of(mine, each[here]),
        intent_of(mine, money[here]) if rich else NoAnswer("no_money"),
        recommend_of(mine),
    )


def satisfaction_of(answers: Answers) -> Found:
    """Mean of 1..5 of those who said it."""
    said = answers.only(answers.satisfaction != NONE)
    return mean(said.satisfaction, said.people())


def intent_of(answers: Answers, weight: Floats | None = None) -> Found:
    """Share of 4 and 5 among those who said it."""
    said = answers.intent != NONE
    mine = answers.only(said)
    people = mine.people(None if weight is None else weight[said])
    return share(mine.intent >= TOP_TWO, people)


def recommend_of(answers: Answers) -> Found:
    """The net promoter score of those who said it."""
    said = answers.only(answers.recommend != NONE)
    return recommendation(said.recommend, said.people())


def _chosen(
    wave: Wave, mask: Bools, tree: Answers, at: Mapping[str, Bools], asof: Hashable
) -> dict[str, list[ChosenValue]]:
    """Kinds of trouble, channels and reasons, the commonest first."""
    pairs = kept(("chosen", wave.pk, asof), lambda: _pairs(wave, asof))
    found = {}
    for meaning, branch in UNDER.items():
        here = at[branch]
        mine = tree.only(here)
        reached = at[CONSULTED][here]
        values = [
            _chosen_value(value, np.isin(mine.ids, ids, assume_unique=True), mine, reached)
            for value, ids in pairs.get(meaning, {}).items()
        ]
        there = sorted(
            (one for one in values if one.people), key=lambda one: (-one.people, one.value)
        )
        found[meaning] = there if tree.tied else _unseen(there)
    return found


def _unseen(values: list[ChosenValue]) -> list[ChosenValue]:
    """Values of an anonymous wave that fewer than five named are hidden, and so is the next one
    where they could be told by taking the others from all.
    """
    few = sum(one.people for one in values if one.people < FEWEST_SHOWN)
    shown = [one for one in values if one.people >= FEWEST_SHOWN]
    hide = {one.value for one in values if one.people < FEWEST_SHOWN}
    if 0 < few < FEWEST_SHOWN and shown:
        hide.add(shown[-1].value)
    return [
        replace(one, share=HIDDEN, consulted=HIDDEN, intent=HIDDEN) if one.value in hide else one
        for one in values
    ]


def _pairs(wave: Wave, asof: Hashable) -> dict[str, dict[str, Floats]]:
    """{meaning: {value: ids of the answers that named it}}."""
    first, last = _between(answers_of(wave, asof))
    rows = ResponseChoice.objects.filter(response_id__gte=first, response_id__lte=last)
    told = list(rows.order_by().values_list("response_id", "meaning", "value").iterator(20_000))
    found: dict[str, dict[str, list[int]]] = {}
    for pk, meaning, value in told:
        found.setdefault(meaning, {}).setdefault(value, []).append(pk)
    return {
        meaning: {value: np.array(ids, dtype=np.int64) for value, ids in values.items()}
        for meaning, values in found.items()
    }


def _between(answers: Answers) -> tuple[int, int]:
    return (int(answers.ids[0]), int(answers.ids[-1])) if answers.n else (0, -1)


def _chosen_value(value: str, named: Bools, mine: Answers, reached: Bools) -> ChosenValue:
    who = mine.only(named)
    return ChosenValue(
        value,
        who.n,
        who.accounts if mine.tied else 0,
        share(named, mine.people()),
        share(reached[named], who.people()),
        intent_of(who),
    )
