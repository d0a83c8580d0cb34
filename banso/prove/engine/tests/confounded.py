"""Customers whose treatment goes to those in trouble, with a known effect, for tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from banso.prove.engine.covariates import Covariate
from banso.prove.engine.regression import Clusters, FloatArray
from banso.prove.engine.weighting import BoolArray


@dataclass
class Customers:
    """truth: the effect on the treated, in shares; covariates: what was known before."""

    y: FloatArray
    treated: BoolArray
    accounts: Clusters
    covariates: list[Covariate]
    truth: float
    usage: FloatArray
    size: FloatArray


def customers(
    n: int, *, effect: float = 0.6, hidden: float = 0.0, seed: int = 1, rows_each: int = 1
) -> Customers:
    """`effect`: log-odds of renewal by treatment; `hidden`: of a cause of both nobody recorded."""
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(n), rows_each)
    rows = len(account)
    usage, size = rng.normal(size=n)[account], rng.normal(size=n)[account]
    kind = rng.choice(["a", "b", "c"], size=n)[account]
    unseen = rng.normal(size=n)[account]
    wanted = -0.9 - 0.7 * usage + 0.4 * size + 0.5 * (kind == "b") - hidden * unseen
    treated = rng.random(rows) < 1 / (1 + np.exp(-wanted))
    without = 1.0 + 0.8 * usage - 0.3 * size - 0.4 * (kind == "b") + hidden * unseen
    chance = rng.random(rows)
    p0, p1 = 1 / (1 + np.exp(-without)), 1 / (1 + np.exp(-(without + effect)))
    y = (chance < np.where(treated, p1, p0)).astype(np.float64)
    return Customers(
        y,
        treated,
        Clusters.of(account),
        [
            Covariate("usage", "number", usage),
            Covariate("size", "number", size),
            Covariate("kind", "nominal", list(kind)),
        ],
        float((p1 - p0)[treated].mean()),
        usage,
        size,
    )
