"""The experience tree: trouble, consultation and the answer, and what share of customers it costs.

Letters: t share with trouble, c share of them that consult, m_k share of the consulted whose answer
was above, as or below what they expected, i_leaf intent to continue; risk of a leaf = 1 - i.
References: Goodman 2009, Strategic Customer Service, ch. 3-4; TARP 1979.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

LEAVES = ("no_trouble", "not_consulted", "above", "at", "below")
ANSWERS = ("above", "at", "below")


@dataclass(frozen=True, slots=True)
class Tree:
    """``trouble`` and ``consulted`` in 0..1; ``answers``: shares above, at and below that add up to
    1; ``intent``: share that intends to continue, for each leaf.
    """

    trouble: float
    consulted: float
    answers: tuple[float, float, float]
    intent: Mapping[str, float]

    def __post_init__(self) -> None:
        shares = (self.trouble, self.consulted, *self.answers, *self.intent.values())
        if not all(0.0 <= share <= 1.0 for share in shares) or set(self.intent) != set(LEAVES):
            raise ValueError(f"need shares in 0..1 and an intent for each of {', '.join(LEAVES)}")
        if abs(sum(self.answers) - 1.0) > 1e-9:
            raise ValueError(f"the shares of answers must add up to 1, they are {self.answers}")

    @property
    def shares(self) -> dict[str, float]:
        """What part of all customers each leaf is; together 1."""
        reached = self.trouble * self.consulted
        found = {"no_trouble": 1 - self.trouble, "not_consulted": self.trouble - reached}
        return found | {k: reached * share for k, share in zip(ANSWERS, self.answers, strict=True)}

    @property
    def risks(self) -> dict[str, float]:
        """What part of all customers each leaf puts at risk: share times (1 - intent)."""
        return {leaf: share * (1 - self.intent[leaf]) for leaf, share in self.shares.items()}

    @property
    def risk(self) -> float:
        """Share of all customers that does not intend to continue."""
        return sum(self.risks.values())

    def moved(
        self,
        *,
        trouble: float | None = None,
        consulted: float | None = None,
        answers: tuple[float, float, float] | None = None,
    ) -> Tree:
        """The tree with other levers and the intents of its leaves.

        Whoever moves to a leaf is taken to become like those who are there: an upper bound. What
        two levers save together is not the sum of what each saves.
        """
        return replace(
            self,
            trouble=self.trouble if trouble is None else trouble,
            consulted=self.consulted if consulted is None else consulted,
            answers=self.answers if answers is None else answers,
        )
