"""Does a factor count as much later as at first? A look at the assumption of Cox's model.

Each row is cut at the time tau by which half of the events had happened; the factor gets a
coefficient of its own before and after tau (a column that changes with time, Cox 1972):
h(t|x) = h0(t) exp(b x + d x [t > tau]). Wald's test of d = 0 with errors robust to the two pieces
of a row; a small p says that the hazard ratio is not one number. Simpler to read than tests on
residuals, and less sharp where the change comes elsewhere than at tau. Reference: Therneau &
Grambsch 2000 section 6.5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.cox import EVENTS_PER_COLUMN, fit_cox
from banso.prove.engine.multiplicity import benjamini_hochberg
from banso.prove.engine.normal import two_sided_p, two_sided_z
from banso.prove.engine.regression import SingularDesignError


@dataclass(frozen=True, slots=True)
class Halves:
    """One column's hazard ratio per unit up to and after `time`, the p of their difference, and q
    over all columns asked about.
    """

    time: float
    early: Answer
    late: Answer
    p: float
    q: float


def halves(
    x: npt.ArrayLike,
    duration: npt.ArrayLike,
    event: npt.ArrayLike,
    entry: npt.ArrayLike | None = None,
    *,
    units: Sequence[float] | None = None,
    confidence: float = 0.95,
) -> list[Halves | NoAnswer]:
    """One result per column of x (n, k); the rows as in `fit_cox`; units: of each column, or 1.

    NoAnswer: "too_few_events" (fewer than 10 for each of 2k columns), "not_separable". Raises
    ValueError as `fit_cox`.
    """
    design, stop = np.asarray(x, dtype=np.float64), np.asarray(duration, dtype=np.float64)
    hit = np.asarray(event).astype(bool)
    start = np.zeros(len(stop)) if entry is None else np.asarray(entry, dtype=np.float64)
    columns = design.shape[1]
    needed = 2 * columns * EVENTS_PER_COLUMN
    if int(hit.sum()) < needed:
        return [NoAnswer("too_few_events", {"events": int(hit.sum()), "events_needed": needed})] * (
            columns
        )
    middle = float(np.median(stop[hit]))
    first, second = start < middle, stop > middle
    rows = np.concatenate((np.flatnonzero(first), np.flatnonzero(second)))
    late = np.repeat([False, True], [int(first.sum()), int(second.sum())])
    pieces = design[rows]
    both = np.column_stack((pieces, pieces * late[:, None]))
    ends = np.where(late, stop[rows], np.minimum(stop[rows], middle))
    begins = np.where(late, np.maximum(start[rows], middle), start[rows])
    ended = hit[rows] & (late | (stop[rows] <= middle))
    unclear = NoAnswer("not_separable", {"events": int(hit.sum())})
    try:
        fit = fit_cox(both, ends, ended, begins, clusters=rows)
    except SingularDesignError:
        return [unclear] * columns
    counts = int((ended & ~late).sum()), int((ended & late).sum())
    made: list[Halves | NoAnswer] = []
    for j in range(columns):
        if not fit.converged or not {j, columns + j} <= set(fit.kept):
            made.append(unclear)
            continue
        at = [fit.kept.index(j), fit.kept.index(columns + j)]
        b, v = fit.coef[at], fit.covariance[np.ix_(at, at)]
        unit = 1.0 if units is None else units[j]
        shift = two_sided_p(float(b[1]) / math.sqrt(float(v[1, 1])))
        early = _ratio(b[0] * unit, v[0, 0] * unit**2, len(stop), counts[0], confidence)
        both_b, both_v = (b[0] + b[1]) * unit, (v[0, 0] + v[1, 1] + 2 * v[0, 1]) * unit**2
        made.append(
            Halves(
                middle, early, _ratio(both_b, both_v, len(stop), counts[1], confidence), shift, 1
            )
        )
    return _with_q(made)


def _with_q(made: list[Halves | NoAnswer]) -> list[Halves | NoAnswer]:
    told = [m.p for m in made if isinstance(m, Halves)]
    q = iter(benjamini_hochberg(told).tolist() if told else ())
    return [
        Halves(m.time, m.early, m.late, m.p, float(next(q))) if isinstance(m, Halves) else m
        for m in made
    ]


def _ratio(b: float, variance: float, n: int, events: int, confidence: float) -> Answer:
    se = math.sqrt(float(variance))
    half = two_sided_z(confidence) * se
    value, low, high = (math.exp(min(float(c), 700.0)) for c in (b, b - half, b + half))
    return Answer(
        value=value, low=low, high=high, n=n, events=events, scale="hazard_ratio",
        method="cox_halves", confidence=confidence, se=se,
    )  # fmt: skip
