"""What a survey says of those who did not answer: weights by stratum, and bounds without any.

Letters: stratum h with N_h of the population, n_h respondents, x_h of them positive; N, n totals.
References: Little & Rubin 2019 section 3.3 (post-stratification); Kish 1965 section 11.7; Manski
1990, Am. Econ. Rev. 80:319 (bounds).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from banso.prove.engine.answer import NoAnswer
from banso.prove.engine.proportions import Interval


@dataclass(frozen=True, slots=True)
class Stratum:
    """Customers of one kind, those of them who answered, and those who answered as hoped for."""

    population: int
    respondents: int
    positive: int

    def __post_init__(self) -> None:
        if not 0 <= self.positive <= self.respondents <= self.population:
            raise ValueError("need 0 <= positive <= respondents <= population")


def raw(strata: Sequence[Stratum]) -> float | NoAnswer:
    """Share of positive answers among all respondents. NoAnswer("no_answers") without one."""
    n = sum(one.respondents for one in strata)
    return sum(one.positive for one in strata) / n if n else NoAnswer("no_answers", {"n": 0})


def poststratified(strata: Sequence[Stratum]) -> float | NoAnswer:
    """sum N_h/N x_h/n_h. NoAnswer("empty_stratum") when nobody of a stratum answered: nothing can
    stand for it.
    """
    empty = [one.population for one in strata if not one.respondents and one.population]
    if empty:
        return NoAnswer("empty_stratum", {"strata": len(empty), "population": sum(empty)})
    total = sum(one.population for one in strata)
    if not total:
        return NoAnswer("no_answers", {"n": 0})
    there = (one for one in strata if one.respondents)
    return sum(one.population / total * one.positive / one.respondents for one in there)


def effective_n(strata: Sequence[Stratum]) -> float | NoAnswer:
    """Kish: (sum w)^2 / sum w^2 over respondents, each with weight N_h / n_h.

    NoAnswer as ``poststratified``.
    """
    whole = poststratified(strata)
    if isinstance(whole, NoAnswer):
        return whole
    there = [one for one in strata if one.respondents]
    total = sum(one.population for one in there)
    squares = sum(one.population**2 / one.respondents for one in there)
    return total**2 / squares


def bounds(strata: Sequence[Stratum]) -> Interval | NoAnswer:
    """Lowest and highest share of the population: everybody silent negative, or positive.

    NoAnswer("no_answers") for an empty population.
    """
    total = sum(one.population for one in strata)
    if not total:
        return NoAnswer("no_answers", {"n": 0})
    positive = sum(one.positive for one in strata)
    silent = total - sum(one.respondents for one in strata)
    return Interval(positive / total, (positive + silent) / total)
