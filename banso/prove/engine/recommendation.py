"""The net promoter score as a statistic: its error, its interval, and the difference of two.

Letters: of n answers 0..10, P promoters (9, 10), D detractors (0..6); NPS = P/n - D/n in -1..1;
variance of one answer (+1, 0, -1) is p + d - (p - d)^2. References: Rocks 2016, Educ. Psychol.
Meas. 76:5 (adjusted Wald: 3 answers more, 3/4 of them promoters and 3/4 detractors).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.normal import two_sided_p, two_sided_z

MINIMUM_N = 10
_MORE, _EACH = 3.0, 0.75


@dataclass(frozen=True, slots=True)
class Votes:
    """How many answered 9 or 10, 7 or 8, and 0 to 6."""

    promoters: float
    passives: float
    detractors: float

    @property
    def n(self) -> float:
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float:
        return (self.promoters - self.detractors) / self.n

    @property
    def variance(self) -> float:
        """Of one answer counted as +1, 0 or -1."""
        return (self.promoters + self.detractors) / self.n - self.score**2

    @property
    def se(self) -> float:
        return math.sqrt(self.variance / self.n)


def net_promoter_score(
    votes: Votes, *, confidence: float = 0.95, minimum: int = MINIMUM_N
) -> Answer | NoAnswer:
    """NPS with the adjusted-Wald interval, cut to -1..1; ``events`` are the promoters.

    The value is that of the answers; the interval is around (P - D) / (n + 3), as Rocks has it.
    NoAnswer("too_few_answers") below ten. ValueError for negative counts.
    """
    if min(votes.promoters, votes.passives, votes.detractors) < 0:
        raise ValueError("need counts of zero or more")
    if votes.n < minimum:
        return NoAnswer("too_few_answers", {"n": votes.n, "n_needed": minimum})
    _centre, low, high = adjusted_wald(votes, confidence=confidence)
    return Answer(
        value=votes.score,
        low=min(low, votes.score),
        high=max(high, votes.score),
        n=int(votes.n),
        events=int(votes.promoters),
        scale="net_promoter_score",
        method="adjusted_wald",
        confidence=confidence,
        se=votes.se,
    )


def adjusted_wald(votes: Votes, *, confidence: float = 0.95) -> tuple[float, float, float]:
    """Centre and limits after adding three answers, 3/4 promoters and 3/4 detractors."""
    more = Votes(
        votes.promoters + _EACH, votes.passives + _MORE - 2 * _EACH, votes.detractors + _EACH
    )
    half = two_sided_z(confidence) * more.se
    return more.score, max(-1.0, more.score - half), min(1.0, more.score + half)


def difference_of_scores(
    one: Votes, other: Votes, *, confidence: float = 0.95, minimum: int = MINIMUM_N
) -> Answer | NoAnswer:
    """NPS of one less that of the other: z = diff / sqrt(se1^2 + se2^2), two-sided p.

    The two samples are taken as independent. NoAnswer("too_few_answers") below ten on a side,
    NoAnswer("no_variation") when all answers on both sides are alike.
    """
    fewest = min(one.n, other.n)
    if fewest < minimum:
        return NoAnswer("too_few_answers", {"n": fewest, "n_needed": minimum})
    se = math.hypot(one.se, other.se)
    if se == 0.0:
        return NoAnswer("no_variation", {"n": one.n + other.n})
    value, half = one.score - other.score, two_sided_z(confidence) * se
    return Answer(
        value=value,
        low=value - half,
        high=value + half,
        n=int(one.n + other.n),
        events=int(one.promoters + other.promoters),
        scale="difference",
        method="two_sample_z",
        confidence=confidence,
        se=se,
        p=two_sided_p(value / se),
    )
