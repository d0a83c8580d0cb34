"""Seconds of a Cox model, ours and lifelines' on the same rows in the same run.

    PYTHONPATH=. python benchmarks/cox.py [accounts ...]

Made up with a fixed seed: 20 covariates (10 numbers, 10 flags), some accounts seen late, a quarter
to a half censored; times in whole days (many ties) and without ties. lifelines is left out where
it takes minutes (late entry at 100,000 rows without ties).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from banso.prove.engine.cox import fit_cox

COVARIATES = 20
LONGEST = 20_000


def made_up(accounts: int, *, days: bool) -> tuple[Any, Any, Any, Any]:
    """x, stop, event, entry of so many accounts that were still there when first seen."""
    rng = np.random.default_rng(20261122)
    x = rng.normal(size=(2 * accounts, COVARIATES))
    x[:, 10:] = x[:, 10:] > 0.5
    life = rng.exponential(1500 * np.exp(-x @ rng.normal(0, 0.2, COVARIATES)))
    entry, censored = rng.uniform(0, 300, len(x)), rng.uniform(300, 1500, len(x))
    if days:
        life, entry, censored = np.ceil(life), np.floor(entry), np.ceil(censored)
    seen = np.flatnonzero(life > entry)[:accounts]
    stop, event = np.minimum(life, censored)[seen], (life <= censored)[seen]
    return x[seen], stop, event, entry[seen]


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds and the result."""
    started = time.process_time()
    result = what()
    return time.process_time() - started, result


def theirs(x: Any, stop: Any, event: Any, entry: Any | None) -> Any:
    """lifelines' fit of the same rows."""
    import pandas as pd
    from lifelines import CoxPHFitter

    data = pd.DataFrame(x).assign(stop=stop, event=event)
    if entry is None:
        return CoxPHFitter().fit(data, "stop", "event").params_.to_numpy()
    data["entry"] = entry
    return CoxPHFitter().fit(data, "stop", "event", entry_col="entry").params_.to_numpy()


def compared(size: int, *, days: bool, late: bool) -> str:
    """One row of the table."""
    x, stop, event, entry = made_up(size, days=days)
    start, who = entry if late else None, np.arange(len(x))
    ours, fit = timed(lambda: fit_cox(x, stop, event, start))
    robust, _ = timed(lambda: fit_cox(x, stop, event, start, clusters=who))
    other = apart = "–"
    if not late or days or size <= LONGEST:
        seconds, coef = timed(lambda: theirs(x, stop, event, start))
        other, apart = f"{seconds:.2f}", f"{np.abs(fit.coef - coef).max():.0e}"
    return (
        f"| {len(x):,} | {int(event.sum()):,} | {'days' if days else 'exact'}"
        f" | {'yes' if late else 'no'} | {ours:.2f} | {robust:.2f} | {other} | {apart} |"
    )


def main() -> None:
    """Print one row per size, kind of time and late entry."""
    sizes = [int(size) for size in sys.argv[1:]] or [1_000, 10_000, 100_000]
    theirs(*made_up(500, days=True)[:3], None)  # imports and first calls are not timed
    print("| rows | events | times | late entry | ours, s | robust, s | lifelines, s | apart |")
    print("|---|---|---|---|---|---|---|---|")
    for size in sizes:
        for days in (True, False):
            for late in (False, True):
                print(compared(size, days=days, late=late), flush=True)


if __name__ == "__main__":
    main()
