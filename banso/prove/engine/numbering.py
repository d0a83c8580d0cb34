"""Values numbered 0..L-1 in their order, as by numpy.unique, without sorting where that is not
needed.

Letters: n values, L different ones. Whole numbers that lie close together (codes of accounts,
answers, groups) are counted instead of sorted, O(n + range) in place of O(n log n): counting sort,
Cormen et al. 2009, Introduction to Algorithms, 8.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
_WIDEST = 8


def numbered(values: npt.ArrayLike) -> tuple[npt.NDArray[Any], IntArray]:
    """The different values in order (L,), and the place of each value among them (n,)."""
    given = np.asarray(values)
    close = _close(given)
    if close is None:
        levels, places = np.unique(given, return_inverse=True)
        return levels, places.reshape(-1).astype(np.int64)
    from_low, there = close
    levels = (np.flatnonzero(there) + given.min()).astype(given.dtype)
    return levels, (np.cumsum(there) - 1)[from_low]


def different(values: npt.ArrayLike) -> int:
    """How many different values there are."""
    given = np.asarray(values)
    close = _close(given)
    return len(np.unique(given)) if close is None else int(np.count_nonzero(close[1]))


def _close(given: npt.NDArray[Any]) -> tuple[IntArray, npt.NDArray[np.bool_]] | None:
    """Distance of each from the lowest, and which distances occur; None where sorting is due."""
    if given.ndim != 1 or given.dtype.kind != "i" or not len(given):
        return None
    low, high = int(given.min()), int(given.max())
    if high - low > _WIDEST * len(given):
        return None
    from_low = given.astype(np.int64) - low
    there = np.zeros(high - low + 1, dtype=bool)
    there[from_low] = True
    return from_low, there
