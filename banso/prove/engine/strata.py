"""Two-by-two tables in strata: one odds ratio with everything that differs between strata held.

Letters, per stratum: a treated with the outcome, b treated without, c untreated with, d untreated
without, n = a + b + c + d. R = sum ad/n, S = sum bc/n.
References: Mantel & Haenszel 1959; Robins, Breslow & Greenland 1986, Biometrics 42:311 (variance).
Numbers as R's mantelhaen.test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from banso.prove.engine.answer import Answer, Check, NoAnswer
from banso.prove.engine.normal import chi_square_p, two_sided_z

Table = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Stratified:
    """answer: the common odds ratio R/S with its interval; crude: that of the one table of sums;

    chi2: Mantel-Haenszel's, 1 df, with continuity correction; p of it.
    """

    answer: Answer
    crude: float
    chi2: float
    p: float


def mantel_haenszel(tables: Sequence[Table], confidence: float = 0.95) -> Stratified | NoAnswer:
    """The common odds ratio over the strata.

    var ln OR = sum PR / 2R^2 + sum (PS + QR) / 2RS + sum QS / 2S^2, P = (a+d)/n, Q = (b+c)/n;
    chi2 = (|sum (a - E a)| - 1/2)^2 / sum var a, the correction never more than the gap.
    Strata of fewer than two rows tell nothing. NoAnswer("no_variation") when R or S is 0.
    Raises ValueError for a count below 0.
    """
    t = np.asarray([row for row in tables if sum(row) > 1], dtype=np.float64).reshape(-1, 4)
    if (t < 0).any() or not np.isfinite(t).all():
        raise ValueError("need counts of 0 or more")
    a, b, c, d = t.T
    n = t.sum(axis=1)
    r, s = a * d / n, b * c / n
    top, bottom = float(r.sum()), float(s.sum())
    if top <= 0 or bottom <= 0:
        return NoAnswer("no_variation", {"strata": len(t), "agreeing": top, "opposing": bottom})
    p, q = (a + d) / n, (b + c) / n
    variance = float(
        (p * r).sum() / (2 * top**2)
        + (p * s + q * r).sum() / (2 * top * bottom)
        + (q * s).sum() / (2 * bottom**2)
    )
    ratio, half = top / bottom, two_sided_z(confidence) * math.sqrt(variance)
    spread = (a + b) * (c + d) * (a + c) * (b + d) / (n**2 * (n - 1))
    gap = abs(float((a - (a + b) * (a + c) / n).sum()))
    chi2 = (gap - min(0.5, gap)) ** 2 / float(spread.sum())
    sums = t.sum(axis=0)
    crude = math.inf if sums[1] * sums[2] == 0 else float(sums[0] * sums[3] / (sums[1] * sums[2]))
    total = chi_square_p(chi2, 1)
    answer = Answer(
        value=ratio, low=ratio * math.exp(-half), high=ratio * math.exp(half),
        n=int(n.sum()), events=int((a + c).sum()), scale="odds_ratio", method="mantel_haenszel",
        confidence=confidence, se=math.sqrt(variance), p=total,
        checks=(Check("strata", float(len(t)), None, None),),
    )  # fmt: skip
    return Stratified(answer, crude, chi2, total)
