"""Seconds and peak memory of a run of evidence: 100,000 accounts, 6 decisions each, 50 metrics.

    python benchmarks/evidence.py [accounts] [metrics]

The data are made up with a fixed seed: 5 of the metrics go with renewal, 1 jumps after notice, 5
are skewed counts, 5 are flags, 3 have missing values, the rest are noise; five attributes divide
the customers. Measured are the functions a run calls once values are gathered: the scan of metrics
and attributes, and everything kept for the metrics' pages. Processor time is that of all threads.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as banso.shell.command does

import numpy as np
import pyarrow as pa

DATA_CUT = date(2024, 12, 31)
LAST_DAY = (DATA_CUT - date(1970, 1, 1)).days
DECISIONS_EACH = 6
LEVELS = {"account.industry": 6, "account.segment": 3, "account.touch_model": 3,
          "account.country": 8, "subscription.plan": 4}  # fmt: skip


class MadeUp(NamedTuple):
    """Decisions, and per metric its values at the landmark and in the last month."""

    table: pa.Table
    metrics: dict[str, tuple[Any, Any]]
    attributes: dict[str, Any]


def made_up(accounts: int, metrics: int) -> MadeUp:
    """Decisions of `accounts` accounts over three years and `metrics` metrics beside them."""
    rng = np.random.default_rng(20241231)
    account = np.repeat(np.arange(accounts), DECISIONS_EACH)
    n = len(account)
    character = rng.normal(size=(2, accounts))[:, account]
    contract = rng.choice(["monthly", "annual", "multi-year"], n, p=[0.2, 0.6, 0.2])
    tenure = rng.exponential(700, n) + 60
    z = rng.normal(size=(metrics, n)) * 0.8
    z[:5] += 0.6 * character[0]
    z[5:] += 0.6 * character[1]
    risk = -2.0 + 0.5 * (contract == "monthly") - 0.2 * np.log(tenure / 365)
    risk += np.array([-0.7, 0.5, -0.4, 0.4, -0.3]) @ z[:5]
    lost = rng.random(n) < 1 / (1 + np.exp(-risk))
    day = rng.integers(LAST_DAY - 1095, LAST_DAY, n).astype(np.int32)
    table = pa.table(
        {
            "row_id": np.arange(n), "account_id": account,
            "decided_on": pa.array(day, pa.int32()).cast(pa.date32()), "not_renewed": lost,
            "tenure_days": tenure, "contract": contract,
        }
    )  # fmt: skip
    named = dict(_metric(i, z[i], lost, rng) for i in range(metrics))
    levels = {
        key: pa.array([f"level {i}" for i in range(many)]).take(
            pa.array(rng.integers(0, many, accounts)[account])
        )
        for key, many in LEVELS.items()
    }
    return MadeUp(table, named, levels)


def _metric(
    i: int, z: Any, lost: Any, rng: np.random.Generator
) -> tuple[str, tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
    late = z + rng.normal(size=len(z)) * 0.3
    if i == 5:
        return "leak", (z, late + 3.0 * lost)
    if 10 <= i < 15:
        z, late = rng.poisson(np.exp(z)).astype(np.float64), np.exp(late)
    elif 15 <= i < 20:
        z, late = (z > 1).astype(np.float64), (late > 1).astype(np.float64)
    elif 20 <= i < 23:
        z = np.where(rng.random(len(z)) < 0.2, np.nan, z)
    return f"metric_{i:02d}", (z, late)


def measured(name: str, work: Callable[[], Any]) -> tuple[Any, str]:
    """What it gives, and its line of the table."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    result = work()
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return result, f"| {name} | {seconds:.2f} | {cpu:.2f} | {after.ru_maxrss / 1024:.0f} |"


def main() -> None:
    """Print one row per step, as a table."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banso.shell.settings")
    django.setup()
    from banso.know.subscriptions.rules import DecisionRows
    from banso.prove.studies.comparing import findings_of
    from banso.prove.studies.gathering import Comparison, Gathered
    from banso.prove.studies.metric_pages import pages_of
    from banso.prove.studies.rules import Candidate

    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    metrics = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    made = made_up(accounts, metrics)
    gathered = Gathered(
        data_cut=DATA_CUT, tracked_from=None, landmark_days=90,
        decided=DecisionRows(made.table, {}),
        metrics=Comparison(made.table, [
            Candidate(f"metric.{key}", "metric", "number", key, key, values, late)
            for key, (values, late) in made.metrics.items()
        ]),
        attributes=Comparison(made.table, [
            Candidate(key, "attribute", "nominal", key, key, values)
            for key, values in made.attributes.items()
        ]),
        not_compared=[], next_decision_on=None,
    )  # fmt: skip
    print(f"{accounts:,} accounts, {made.table.num_rows:,} decisions, {metrics} metrics")
    print("| step | s | CPU s | peak MB |\n|---|---|---|---|")
    (_, _, scan), line = measured("scan of metrics and attributes", lambda: findings_of(gathered))
    print(line, flush=True)
    pages, line = measured("what the metrics' pages show", lambda: pages_of(gathered, scan))
    print(line)
    verdicts = [finding.verdict for finding in scan.findings]
    print({verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))}, len(pages))


if __name__ == "__main__":
    main()
