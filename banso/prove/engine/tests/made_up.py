"""Small companies with known associations, for the tests of the scan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

DATA_CUT = date(2024, 12, 31)
LAST_DAY = (DATA_CUT - date(1970, 1, 1)).days


@dataclass
class Company:
    decisions: pa.Table
    kpis: npt.NDArray[np.float64]
    lost: npt.NDArray[np.bool_]
    rng: np.random.Generator


def company(
    accounts: int, *, kpis: int = 5, driver: float = 0.0, churn: float = 0.15, seed: int = 1
) -> Company:
    """Two years of annual decisions; `driver` is KPI 0's log-odds of non-renewal per SD."""
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(accounts), 2)
    n = len(account)
    values = rng.normal(size=(kpis, n)) * 0.6 + 0.8 * rng.normal(size=(kpis, accounts))[:, account]
    annual = (rng.random(accounts) < 0.7)[account]
    logit = np.log(churn / (1 - churn)) - 0.4 * annual + driver * values[0]
    lost = rng.random(n) < 1 / (1 + np.exp(-logit))
    day = LAST_DAY - 365 * np.tile([2, 1], accounts) + rng.integers(1, 365, n)
    table = pa.table(
        {
            "account": account,
            "decided_on": pa.array(day.astype(np.int32), pa.int32()).cast(pa.date32()),
            "not_renewed": lost,
            "tenure_days": np.tile([365, 730], accounts) + 100,
            "contract": np.where(annual, "annual", "monthly"),
        }
    )
    return Company(table, values, lost, rng)
