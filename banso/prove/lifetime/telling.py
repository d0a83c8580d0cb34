"""Which of the things known when customers began can be held against staying, and why not."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from banso.prove.engine.answer import Answer
from banso.prove.engine.calibration import auc
from banso.prove.engine.covariates import Covariate
from banso.prove.studies.rules import comparable_levels

WhyNot = Literal["missing", "alike", "many_values", "ended"]
Bools = npt.NDArray[np.bool_]

MOST_MISSING = 0.40
BEYOND = 1e15  # no figure of a customer is that large: a slip of the file
# as on the Evidence page: hardly anything known beforehand tells the two apart so well
SUSPICIOUS_AUC = 0.90
FEWEST_IN_LEVEL = 10


def why_not(covariate: Covariate, left: Bools) -> WhyNot | None:
    """Why it is no factor: hardly known, all alike, no groups, or recorded because it ended."""
    known, alike, comparable = _known(covariate)
    if float(known.mean()) < 1 - MOST_MISSING:
        return "missing"
    if alike:
        return "alike"
    if not comparable:
        return "many_values"
    return "ended" if _tells_the_end(covariate, known, left) else None


def _known(covariate: Covariate) -> tuple[Bools, bool, bool]:
    values = covariate.values
    if isinstance(values, np.ndarray):
        known = np.isfinite(values)
        return known, bool(known.any() and np.ptp(values[known]) == 0), True
    known = np.array([bool(value) for value in values], dtype=np.bool_)
    return known, len({value for value in values if value}) == 1, comparable_levels(values)


def _tells_the_end(covariate: Covariate, known: Bools, left: Bools) -> bool:
    """Whether it alone tells those who left from the others almost without fault."""
    found = auc(_score(covariate, left)[known], left[known])
    return isinstance(found, Answer) and max(found.value, 1 - found.value) > SUSPICIOUS_AUC


def _score(covariate: Covariate, left: Bools) -> npt.NDArray[np.float64]:
    """The number itself; of text how many of its level left, of a small one as many as of all."""
    if isinstance(covariate.values, np.ndarray):
        return covariate.values
    levels, place = np.unique([value or "" for value in covariate.values], return_inverse=True)
    size = np.bincount(place, minlength=len(levels))
    rate = np.bincount(place, weights=left, minlength=len(levels)) / size
    rate[size < FEWEST_IN_LEVEL] = left.mean()
    return np.asarray(rate[place], dtype=np.float64)
