"""A training that some customers of the sample got: afterwards they comment more, and nothing else.

Drawn with numbers of its own, so that everything else stays as it was without it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from banso.shell.sample.customers import Customer
from banso.shell.sample.usage import COMMENT, Usage

WAVES_DAYS_AGO = (238, 203, 168)
MORE_COMMENTS = 0.6
SEED = 101
KNOWN_DAYS = 120


def make_training(customers: list[Customer], today: date) -> dict[str, date]:
    """Day of the training by customer; large ones were invited more often."""
    rng = np.random.default_rng(SEED)
    trained: dict[str, date] = {}
    for customer in customers:
        wave, invited = int(rng.integers(len(WAVES_DAYS_AGO))), rng.random()
        day = today - timedelta(days=WAVES_DAYS_AGO[wave])
        known = customer.signed_up + timedelta(days=KNOWN_DAYS) <= day
        stays = customer.left_on is None or customer.left_on > day + timedelta(days=KNOWN_DAYS)
        if known and stays and invited < (0.5 if customer.employees >= 150 else 0.25):
            trained[customer.key] = day
    return trained


def with_training(usage: Usage, trained: dict[str, date], *, now: datetime, zone: str) -> Usage:
    """After it, six comments of ten are followed by another one."""
    begun = np.full(len(usage.account_keys), np.iinfo(np.int64).max)
    for place, key in enumerate(usage.account_keys):
        if key in trained:
            midnight = datetime.combine(trained[key], time(), tzinfo=ZoneInfo(zone))
            begun[place] = int(midnight.timestamp()) + 86_400
    rng = np.random.default_rng(SEED + 1)
    follows = rng.random(len(usage.second)) < MORE_COMMENTS
    again = follows & (usage.event == COMMENT) & (usage.second >= begun[usage.account])
    later = usage.second[again] + rng.integers(20, 90, int(again.sum()))
    second = np.concatenate([usage.second, later])
    order = np.argsort(second, kind="stable")
    order = order[second[order] < int(now.timestamp())]

    def taken(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.concatenate([column, column[again]])[order]

    return Usage(
        usage.account_keys, usage.user_keys, taken(usage.account), taken(usage.user),
        taken(usage.role), taken(usage.event), second[order], taken(usage.amount),
    )  # fmt: skip
