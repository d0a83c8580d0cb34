"""The result of one wave: the tree's branches with their figures, and what was chosen in them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from banso.listen.surveys.meanings import LEAVES
from banso.listen.surveys.models import ResponseChoice, Wave
from banso.measure.experience.answers import Answers, Bools, Floats, answers_of, customers_on, kept
from banso.measure.experience.cells import Cells, rows_under
from banso.measure.experience.columns import NONE, Ints, joined, numbers
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
from banso.prove.engine.experience_tree import (
    Sums,
    mean,
    mean_of,
    recommendation,
    recommendation_of,
    share,
    share_of,
)

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
class Heard:
    """Who is behind the figures. ``population``: customers of the day that were to be heard;
    ``answered``: those of them with an answer.
    """

    people: int
    accounts: int
    population: int
    answered: int
    currency: str
    foreign: int
    tied: bool

    @property
    def rate(self) -> float | None:
        return self.answered / self.population if self.population else None


@dataclass(frozen=True)
class Result(Heard):
    """``outside``: answers that do not say where in the tree they stand."""

    branches: dict[str, BranchFigures]
    chosen: dict[str, list[ChosenValue]]
    outside: int
    consulted: Found


def heard_of(wave: Wave, only: Mapping[str, str], asof: Hashable) -> Heard:
    """What every page says of a result, without the result itself."""
    key = ("heard", wave.pk, tuple(sorted(only.items())), asof)
    return kept(key, lambda: _heard(wave, only, asof))


def _heard(wave: Wave, only: Mapping[str, str], asof: Hashable) -> Heard:
    found, _mask = chosen_answers(wave, only, asof)
    customers = customers_on(wave.opens_on, asof)
    population = customers.ids
    for key, value in only.items():
        groups = segment_fields(wave.opens_on)[key].groups(asof)
        population = population[groups.at(population) == value]
    return Heard(
        people=found.n,
        accounts=found.accounts if found.tied else 0,
        population=len(population),
        answered=int(np.isin(population, found.account).sum()),
        currency=customers.currency,
        foreign=customers.foreign,
        tied=found.tied,
    )


def result_of(wave: Wave, only: Mapping[str, str], asof: Hashable) -> Result:
    """Kept until answers or customers change."""
    key = ("result", wave.pk, tuple(sorted(only.items())), asof)
    return kept(key, lambda: _result(wave, only, asof))


def _result(wave: Wave, only: Mapping[str, str], asof: Hashable) -> Result:
    found, mask = chosen_answers(wave, only, asof)
    customers = customers_on(wave.opens_on, asof)
    placed = found.leaf != NONE
    if not placed.any():  # a survey without the questions of the tree
        placed[:] = True
    tree = found.only(placed) if not placed.all() else found
    mask[mask] = placed
    each, money = tree.per_account(), customers.mrr_of(tree.account)
    by = [Cells(tree, weight) for weight in (np.ones(tree.n), each, money * each)]
    people = {key: int(by[0].whole[1][rows_under(one)].sum()) for key, one in BRANCHES.items()}
    shut = hidden(people) if not found.tied else set()
    branches = {
        key: _figures(one, people[key], by, is_hidden=key in shut) for key, one in BRANCHES.items()
    }
    asked = by[0].share(rows_under(BRANCHES[CONSULTED]), rows_under(BRANCHES[TROUBLE]))
    return Result(
        **vars(heard_of(wave, only, asof)),
        branches=branches,
        chosen=_chosen(wave, mask, by[0], asof),
        outside=int((~placed).sum()),
        consulted=HIDDEN if {TROUBLE, CONSULTED} & shut else share_of(asked),
    )


def under(answers: Answers, branch: Branch) -> Bools:
    """Which answers stand under a branch."""
    if branch.key == ALL:
        return np.ones(answers.n, dtype=bool)
    places = [LEAVES.index(leaf) for leaf in branch.leaves]
    return np.asarray(np.isin(answers.leaf, places))


def _figures(branch: Branch, people: int, by: Sequence[Cells], *, is_hidden: bool) -> BranchFigures:
    """``by``: people, customers, revenue."""
    if is_hidden:
        return BranchFigures(branch, people, 0, True, *(HIDDEN,) * 8)
    rows, every = rows_under(branch), rows_under(BRANCHES[ALL])
    rich, poor = by[2].weight.any(), NoAnswer("no_money")
    tied = by[0].answers.tied
    return BranchFigures(
        branch,
        people,
        int(np.count_nonzero(by[0].whole[0][rows].sum(axis=0))) if tied else 0,
        False,
        share_of(by[0].share(rows, every)),
        share_of(by[1].share(rows, every)),
        share_of(by[2].share(rows, every)) if rich else poor,
        mean_of(by[0].satisfaction(rows)),
        share_of(by[0].intent(rows)),
        share_of(by[1].intent(rows)),
        share_of(by[2].intent(rows)) if rich else poor,
        recommendation_of(*by[0].votes(rows)),
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


def _chosen(wave: Wave, mask: Bools, people: Cells, asof: Hashable) -> dict[str, list[ChosenValue]]:
    """Kinds of trouble, channels and reasons, the commonest first."""
    tree = people.answers
    pairs = kept(("chosen", wave.pk, asof), lambda: _pairs(wave, asof))
    index = np.where(mask, np.cumsum(mask) - 1, NONE)
    reached = under(tree, BRANCHES[CONSULTED])
    found = {}
    for meaning, branch in UNDER.items():
        here = under(tree, BRANCHES[branch])
        bottom = people.whole[0][rows_under(BRANCHES[branch])].sum(axis=0)
        values = []
        for value, positions in pairs.get(meaning, {}).items():
            mine = index[positions]
            mine = mine[mine != NONE]
            mine = mine[here[mine]]
            if len(mine):
                values.append(_chosen_value(value, mine, people, bottom, reached))
        there = sorted(values, key=lambda one: (-one.people, one.value))
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


def _pairs(wave: Wave, asof: Hashable) -> dict[str, dict[str, Ints]]:
    """{meaning: {value: places of the answers that named it}}."""
    ids = answers_of(wave, asof).ids
    rows = ResponseChoice.objects.filter(response__wave=wave, response__submitted_on__isnull=False)
    named = rows.order_by().values("meaning", "value").annotate(named=joined("response_id"))
    pairs: dict[str, dict[str, Ints]] = {}
    for meaning, value, text in named.values_list("meaning", "value", "named"):
        told = np.sort(numbers(text))
        told = told[np.isin(told, ids)] if len(ids) else told[:0]
        pairs.setdefault(meaning, {})[value] = np.searchsorted(ids, told).astype(np.int64)
    return pairs


def _chosen_value(
    value: str, mine: Ints, people: Cells, bottom: Floats, reached: Bools
) -> ChosenValue:
    tree, size = people.answers, people.size

    def added(chosen: Ints) -> Floats:
        return np.bincount(tree.code[chosen], minlength=size).astype(np.float64)

    top = added(mine)
    asked, said = mine[reached[mine]], mine[tree.intent[mine] != NONE]
    staying = said[tree.intent[said] >= TOP_TWO]
    tied = tree.tied
    return ChosenValue(
        value,
        len(mine),
        int(np.count_nonzero(top)) if tied else 0,
        share_of(Sums(top, bottom, int(bottom.sum()), len(mine), tied)),
        share_of(Sums(added(asked), top, len(mine), len(asked), tied)),
        share_of(Sums(added(staying), added(said), len(said), len(staying), tied)),
    )
