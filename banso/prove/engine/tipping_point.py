"""How different the silent would have to be before a conclusion about everybody changes.

Letters: share p among n respondents of a population of N, r = n/N; threshold t. With p - d among
the silent everybody's share is p - (1 - r) d; it reaches t at d = (p - t) / (1 - r).
References: Manski 1990, Am. Econ. Rev. 80:319 (bounds); Yan, Lee & Su 2009 (tipping points).
"""

from __future__ import annotations

from dataclasses import dataclass

from banso.prove.engine.answer import NoAnswer


@dataclass(frozen=True, slots=True)
class Tipping:
    """gap: how far below (above, if negative) the respondents' share that of the silent must lie;
    silent: that share, in 0..1.
    """

    gap: float
    silent: float


def tipping_point(
    value: float, respondents: int, population: int, threshold: float
) -> Tipping | NoAnswer:
    """Where the share of everybody is ``threshold``, all shares in 0..1.

    NoAnswer("nobody_silent") when everybody answered; NoAnswer("cannot_tip") when no share of the
    silent in 0..1 brings it there. Raises ValueError unless 0 < respondents <= population.
    """
    if not 0 < respondents <= population:
        raise ValueError("need 0 < respondents <= population")
    if respondents == population:
        return NoAnswer("nobody_silent", {"population": population})
    gap = (value - threshold) / (1 - respondents / population)
    silent = value - gap
    if not -1e-12 <= silent <= 1 + 1e-12:
        return NoAnswer("cannot_tip", {"silent": silent, "population": population})
    return Tipping(gap, min(1.0, max(0.0, silent)))
