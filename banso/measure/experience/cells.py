"""Answers added up by leaf and customer, once for all branches of the tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from banso.listen.surveys.meanings import LEAVES
from banso.measure.experience.answers import Answers, Floats
from banso.measure.experience.columns import NONE, Ints
from banso.measure.experience.rules import ALL, TOP_TWO, Branch
from banso.prove.engine.experience_tree import PASSIVE, PROMOTER, Sums

NOWHERE = len(LEAVES)


def rows_under(branch: Branch) -> slice:
    """The rows of a table by leaf that belong to a branch, which lie side by side; answers of no
    leaf only to the root.
    """
    if branch.key == ALL:
        return slice(0, NOWHERE + 1)
    return slice(LEAVES.index(branch.leaves[0]), LEAVES.index(branch.leaves[-1]) + 1)


@dataclass(frozen=True)
class Cells:
    """Tables (leaf, customer) of answers weighted by ``weight``; counts of people by leaf."""

    answers: Answers
    weight: Floats

    @cached_property
    def size(self) -> int:
        return int(self.answers.code.max(initial=0)) + 1

    @cached_property
    def place(self) -> Ints:
        leaf = np.where(self.answers.leaf == NONE, NOWHERE, self.answers.leaf)
        return np.asarray(leaf * self.size + self.answers.code, dtype=np.int64)

    def table(self, values: Floats) -> Floats:
        found = np.bincount(self.place, weights=values, minlength=(NOWHERE + 1) * self.size)
        return np.asarray(found, dtype=np.float64).reshape(NOWHERE + 1, self.size)

    def counts(self, values: Floats) -> Ints:
        """People with a value other than 0, by leaf."""
        leaf = self.place[values != 0] // self.size
        return np.bincount(leaf, minlength=NOWHERE + 1).astype(np.int64)

    @cached_property
    def whole(self) -> tuple[Floats, Ints]:
        return self.table(self.weight), self.counts(self.weight)

    def share(self, rows: slice, of: slice) -> Sums:
        """Those of some rows among those of others."""
        table, people = self.whole
        return Sums(
            table[rows].sum(axis=0), table[of].sum(axis=0), int(people[of].sum()),
            int(people[rows].sum()), self.answers.tied,
        )  # fmt: skip

    def _pair(self, top: Floats, said: Floats) -> tuple[Floats, Floats, Ints, Ints]:
        top, said = top * self.weight, said * self.weight
        return self.table(top), self.table(said), self.counts(said), self.counts(top)

    @cached_property
    def _intent(self) -> tuple[Floats, Floats, Ints, Ints]:
        given = self.answers.intent
        return self._pair((given >= TOP_TWO).astype(np.float64), (given != NONE).astype(np.float64))

    @cached_property
    def _satisfaction(self) -> tuple[Floats, Floats, Ints, Ints]:
        given = self.answers.satisfaction
        said = (given != NONE).astype(np.float64)
        return self._pair(given * said, said)

    @cached_property
    def _votes(self) -> tuple[tuple[Floats, Floats, Ints, Ints], ...]:
        given = self.answers.recommend
        said = (given != NONE).astype(np.float64)
        return self._pair((given >= PROMOTER) * said, said), self._pair(
            (given < PASSIVE) * said, said
        )

    def _sums(self, pair: tuple[Floats, Floats, Ints, Ints], rows: slice) -> Sums:
        top, bottom, people, events = pair
        return Sums(
            top[rows].sum(axis=0), bottom[rows].sum(axis=0), int(people[rows].sum()),
            int(events[rows].sum()), self.answers.tied,
        )  # fmt: skip

    def intent(self, rows: slice) -> Sums:
        return self._sums(self._intent, rows)

    def satisfaction(self, rows: slice) -> Sums:
        return self._sums(self._satisfaction, rows)

    def votes(self, rows: slice) -> tuple[Sums, Sums]:
        """Promoters and detractors."""
        ups, downs = self._votes
        return self._sums(ups, rows), self._sums(downs, rows)
