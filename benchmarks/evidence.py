"""Seconds and peak memory of the KPI scan: 100,000 accounts, 1-2 decisions each, 50 KPIs.

    python benchmarks/evidence.py [accounts] [kpis]

The data are made up with a fixed seed: 5 of the KPIs go with renewal, 1 jumps after notice, 5 are
skewed counts, 5 are flags, 3 have missing values, 2 are nominal, the rest are noise.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import date

import numpy as np
import pyarrow as pa

from banso.prove.engine.association import Feature, scan

DATA_CUT = date(2024, 12, 31)
LAST_DAY = (DATA_CUT - date(1970, 1, 1)).days


def made_up(accounts: int, kpis: int) -> tuple[pa.Table, list[Feature]]:
    """Decisions of `accounts` accounts over two years and `kpis` KPIs beside them."""
    rng = np.random.default_rng(20241231)
    decisions = rng.integers(1, 3, accounts)
    account = np.repeat(np.arange(accounts), decisions)
    n = len(account)
    character = rng.normal(size=(2, accounts))[:, account]
    contract = rng.choice(["monthly", "annual", "multi-year"], n, p=[0.2, 0.6, 0.2])
    tenure = rng.exponential(700, n) + 60
    z = rng.normal(size=(kpis, n)) * 0.8
    z[:5] += 0.6 * character[0]
    z[5:] += 0.6 * character[1]
    risk = -2.0 + 0.5 * (contract == "monthly") - 0.2 * np.log(tenure / 365)
    risk += np.array([-0.7, 0.5, -0.4, 0.4, -0.3]) @ z[:5]
    lost = rng.random(n) < 1 / (1 + np.exp(-risk))
    table = pa.table(
        {
            "account": account,
            "decided_on": pa.array(rng.integers(LAST_DAY - 730, LAST_DAY, n), pa.int32()),
            "not_renewed": lost,
            "tenure_days": tenure,
            "contract": contract,
        }
    )
    features = [_feature(i, z[i], lost, rng) for i in range(kpis)]
    return table, features


def _feature(i: int, z: np.ndarray, lost: np.ndarray, rng: np.random.Generator) -> Feature:
    key = f"kpi_{i:02d}"
    late = z + rng.normal(size=len(z)) * 0.3
    if i == 5:
        return Feature("leak", "number", z, late=late + 3.0 * lost)
    if 10 <= i < 15:
        return Feature(key, "number", rng.poisson(np.exp(z)), late=late)
    if 15 <= i < 20:
        return Feature(key, "flag", z > 1, late=late > 1)
    if 20 <= i < 23:
        return Feature(key, "number", np.where(rng.random(len(z)) < 0.2, np.nan, z), late=late)
    if 23 <= i < 25:
        return Feature(key, "nominal", np.array(["a", "b", "c", "d"])[rng.integers(0, 4, len(z))])
    return Feature(key, "number", z, late=late)


def main() -> None:
    """Print one row per step, as a table."""
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    kpis = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    table, features = made_up(accounts, kpis)
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    result = scan(table, features, data_cut=DATA_CUT)
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    verdicts = [f.verdict for f in result.findings]
    print("| accounts | decisions | KPIs | with leak alarm | s | CPU s | peak MB | before MB |")
    print("|---|---|---|---|---|---|---|---|")
    print(
        f"| {accounts:,} | {table.num_rows:,} | {len(features)}"
        f" | {sum(f.late is not None for f in features)} | {seconds:.1f} | {cpu:.1f}"
        f" | {after.ru_maxrss / 1024:.0f} | {before.ru_maxrss / 1024:.0f} |"
    )
    for verdict in sorted(set(verdicts)):
        print(f"{verdict}: {verdicts.count(verdict)}")


if __name__ == "__main__":
    main()
