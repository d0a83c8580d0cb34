"""False-discovery control over a family of p-values.

Also Holm's step-down control of any false rejection (1979, Scand. J. Statist. 6:65-70), for few
questions that were fixed beforehand.

Letters: m tests, p(1) <= ... <= p(m). q(i) = min over j >= i of p(j) m c / j, cut at 1, where
c = 1 (Benjamini & Hochberg 1995, JRSS B 57:289-300: independent or positively dependent tests) or
c = 1 + 1/2 + ... + 1/m (Benjamini & Yekutieli 2001: any dependence). Reject where q <= the target.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def benjamini_hochberg(p: Sequence[float] | FloatArray) -> FloatArray:
    """q-values in the order of `p` (shape m). Raises ValueError for a p outside 0..1 or NaN."""
    return _step_up(p, 1.0)


def benjamini_yekutieli(p: Sequence[float] | FloatArray) -> FloatArray:
    """q-values valid under any dependence, in the order of `p`. Errors as `benjamini_hochberg`."""
    m = len(p)
    return _step_up(p, float(np.sum(1.0 / np.arange(1, m + 1))))


def holm(p: Sequence[float] | FloatArray) -> FloatArray:
    """Adjusted p-values in the order of `p`: max over j <= i of (m - j + 1) p(j), cut at 1.

    Errors as `benjamini_hochberg`.
    """
    values = _checked(p)
    m = len(values)
    order = np.argsort(values, kind="stable")
    adjusted = np.empty(m)
    stepped = np.maximum.accumulate(values[order] * np.arange(m, 0, -1))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def _step_up(p: Sequence[float] | FloatArray, c: float) -> FloatArray:
    values = _checked(p)
    m = len(values)
    order = np.argsort(values, kind="stable")
    raw = values[order] * m * c / np.arange(1, m + 1)
    q = np.empty(m)
    q[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return q


def _checked(p: Sequence[float] | FloatArray) -> FloatArray:
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError("p-values must be one-dimensional")
    if not np.all((values >= 0) & (values <= 1)):
        raise ValueError("p-values must lie between 0 and 1; leave out tests that gave none")
    return values
