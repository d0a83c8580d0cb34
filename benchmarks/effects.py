"""Seconds of a comparison of renewals, without the metrics: who is compared, and the estimate.

    PYTHONPATH=. python benchmarks/effects.py [customers ...]

Made up with a fixed seed: two years of annual decisions, one in twenty customers treated on any of
400 days, 20 covariates (two of them kinds of eight levels). The page asks for the metrics at each
row besides; benchmarks/evidence.py has what that costs.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from banso.prove.effects.rules import OpenDecisions, trial_of
from banso.prove.engine.comparison import compare
from banso.prove.engine.covariates import Covariate
from banso.prove.engine.regression import Clusters

TERM = 365


def decisions(customers: int, rng: np.random.Generator) -> OpenDecisions:
    """Two annual decisions of each customer."""
    first = rng.integers(0, TERM, customers)
    account = np.repeat(np.arange(customers), 2)
    began = np.repeat(first, 2) + np.tile([0, TERM], customers)
    due = began + TERM
    lost = rng.random(2 * customers) < 0.15
    return OpenDecisions(
        account, began, due, due, lost, np.zeros(2 * customers, dtype=np.bool_), 3 * TERM
    )


def compared(customers: int) -> str:
    """One row of the table."""
    rng = np.random.default_rng(20261122)
    made = decisions(customers, rng)
    chosen = rng.choice(customers, customers // 20, replace=False)
    treated_on = {int(pk): int(day) for pk, day in zip(
        chosen, rng.integers(300, 700, len(chosen)), strict=True)}  # fmt: skip
    started = time.perf_counter()
    trial = trial_of(made, treated_on, seed=1)
    drawn = time.perf_counter()
    n = len(trial.which)
    kinds = np.array([f"kind {i}" for i in range(8)])
    covariates = [Covariate(f"x{i}", "number", rng.normal(size=n)) for i in range(18)]
    covariates += [Covariate(f"k{i}", "nominal", kinds[rng.integers(0, 8, n)].tolist())
                   for i in range(2)]  # fmt: skip
    accounts = Clusters.of(made.account[trial.which])
    estimating = time.perf_counter()
    compare(np.where(trial.lost, 0.0, 1.0), trial.treated, accounts, covariates)
    done = time.perf_counter()
    return (
        f"| {customers:,} | {len(treated_on):,} | {n:,} | {drawn - started:.2f} "
        f"| {done - estimating:.2f} |"
    )


if __name__ == "__main__":
    print("| customers | treated | rows | who is compared, s | estimate, s |")
    print("|---|---|---|---|---|")
    for size in [int(text) for text in sys.argv[1:]] or [1_000, 10_000, 100_000]:
        print(compared(size))
