"""Which metrics say the same: Spearman's correlation, and families by single linkage.

Letters: m metrics, n decisions. rho is Pearson's correlation of the ranks, ties sharing their mean
rank (Spearman 1904, Am. J. Psychol. 15:72). A family is a chain of metrics in which each
neighbour's |rho| exceeds the threshold (METHODS 3.2): its members cannot be told apart.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

SAME = 0.75
MINIMUM_ROWS = 10
MOST_ROWS = 20_000


def spearman(values: FloatArray, *, most_rows: int = MOST_ROWS) -> FloatArray:
    """Matrix (m, m) of rho over the rows where both of a pair are known.

    values (m, n), NaN = missing. NaN where a pair shares fewer than 10 rows or one of it does not
    vary there. Beyond `most_rows` rows every so-manieth is taken (rho's error is then below 0.01).
    Raises ValueError when `values` is not two-dimensional.
    """
    if values.ndim != 2:
        raise ValueError("need values (m, n)")
    step = max(1, math.ceil(values.shape[1] / most_rows))
    taken = values[:, ::step]
    known = np.isfinite(taken)
    whole = [bool(row.all()) for row in known]
    ranks = [
        _centred(_ranks(row)) if full else None for row, full in zip(taken, whole, strict=True)
    ]
    rho = np.full((len(values), len(values)), np.nan)
    for i in range(len(values)):
        for j in range(i + 1):
            one, other = ranks[i], ranks[j]
            if one is None or other is None:
                both = known[i] & known[j]
                one, other = (_centred(_ranks(taken[k, both])) for k in (i, j))
            rho[i, j] = rho[j, i] = _pearson(one, other)
    return rho


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks 1..n, ties sharing their mean."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2.0)[place.reshape(-1)])


def _centred(ranks: FloatArray) -> tuple[FloatArray, float]:
    """The ranks less their mean, and their sum of squares."""
    if len(ranks) < MINIMUM_ROWS:
        return ranks, math.nan
    centred = ranks - ranks.mean()
    return centred, float(centred @ centred)


def _pearson(a: tuple[FloatArray, float], b: tuple[FloatArray, float]) -> float:
    size = math.sqrt(a[1] * b[1])
    return float(a[0] @ b[0]) / size if size > 0 else math.nan


def families(rho: FloatArray, threshold: float = SAME) -> tuple[tuple[int, ...], ...]:
    """Families as positions in `rho` (m, m), in order of their first member; NaN links nothing.

    Single linkage cut at distance 1 - threshold with d = 1 - |rho|: the connected parts of the
    graph of pairs above the threshold.
    """
    linked = np.nan_to_num(np.abs(rho), nan=0.0) > threshold
    family = list(range(len(rho)))
    for i in range(len(rho)):
        for j in range(i):
            if linked[i, j] and family[i] != family[j]:
                old, new = max(family[i], family[j]), min(family[i], family[j])
                family = [new if f == old else f for f in family]
    return tuple(
        tuple(i for i, f in enumerate(family) if f == name) for name in sorted(set(family))
    )
