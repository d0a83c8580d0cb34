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
    ranks = [_ranks(row) if full else row for row, full in zip(taken, whole, strict=True)]
    rho = np.full((len(values), len(values)), np.nan)
    for i in range(len(values)):
        for j in range(i + 1):
            if whole[i] and whole[j]:
                rho[i, j] = rho[j, i] = _pearson(ranks[i], ranks[j])
                continue
            both = known[i] & known[j]
            rho[i, j] = rho[j, i] = _pearson(_ranks(taken[i, both]), _ranks(taken[j, both]))
    return rho


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks 1..n, ties sharing their mean."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2.0)[place.reshape(-1)])


def _pearson(a: FloatArray, b: FloatArray) -> float:
    if len(a) < MINIMUM_ROWS:
        return math.nan
    a, b = a - a.mean(), b - b.mean()
    size = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / size if size > 0 else math.nan


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
