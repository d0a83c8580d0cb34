"""Lines under a metric: does it go with the one above a month later, within customers?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from banso.know.accounts.models import Account
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.reads import values_at
from banso.prove.engine.answer import Answer
from banso.prove.engine.panel import SMALLEST, lagged, months_to_tell
from banso.prove.engine.power import known_by
from banso.prove.hypotheses.rules import months_later
from banso.prove.tree.edges import Edge

EPOCH = date(1970, 1, 1)
MOST_MONTHS, MOST_ACCOUNTS = 24, 2000


def against_metric(
    edges: list[Edge], parent: MetricDefinition, tracked: tuple[date, date] | None, data_cut: date
) -> None:
    """Does the metric go with the parent a month later, within customers?"""
    metrics = {parent.key: parent}
    metrics |= {edge.node.metric.key: edge.node.metric for edge in edges if edge.node.metric}
    if not edges:
        return
    panel = monthly(list(metrics.values()), tracked)
    for edge in edges:
        key = edge.node.metric.key if edge.node.metric else ""
        _take_panel(edge, panel, key, parent.key, data_cut)


def panel_months(edge: Edge, alpha: float) -> float | None:
    """Months until the line may be told, with the error it has now."""
    card = edge.card
    found = Answer(
        value=edge.value, low=edge.low, high=edge.high, n=card["n_rows"], events=card["months"],
        scale="within_sd", method="two_way_within", se=card["se"],
    )  # fmt: skip
    return months_to_tell(found, alpha=alpha)


@dataclass(frozen=True)
class Monthly:
    """Values of metrics per account (rows) and month (columns); NaN where there is none.

    ``joining``: customers that came per month in the last year of the data.
    """

    values: dict[str, np.ndarray[tuple[int, int], np.dtype[np.float64]]]
    months: int
    customers: int
    joining: float = 0.0


def monthly(metrics: list[MetricDefinition], tracked: tuple[date, date] | None) -> Monthly:
    """At most 24 months of at most 2,000 customers, evenly picked, so that the cost is bounded."""
    if tracked is None:
        return Monthly({m.key: np.zeros((0, 0)) for m in metrics}, 0, 0)
    first, last = tracked
    begin = months_later(date(first.year, first.month, 1), 2)
    days = []
    while begin <= last + timedelta(days=1):
        days.append((begin - EPOCH).days)
        begin = months_later(begin, 1)
    days = days[-MOST_MONTHS:]
    people = list(Account.objects.order_by("pk").values_list("pk", "signed_up_on"))
    people = people[:: max(1, -(-len(people) // MOST_ACCOUNTS))]
    ids = np.repeat([pk for pk, _ in people], len(days)).astype(np.int64)
    signed = [None if day is None else (day - EPOCH).days for _, day in people]
    asked = pa.table(
        {
            "row_id": pa.array(np.arange(len(ids), dtype=np.int64)),
            "account_id": pa.array(ids),
            "signed_up_day": pa.array([s for s in signed for _ in days], pa.int32()),
            "as_of_day": pa.array(np.tile(days, len(people)).astype(np.int32)),
        }
    )
    found = values_at(definitions=metrics, rows=asked).sort_by("row_id")
    shape = (len(people), len(days))
    recent = sum(day is not None and (last - day).days < 365 for _, day in people)
    values = {m.key: _grid(found, m.key, shape) for m in metrics}
    return Monthly(values, len(days), len(people), recent / 12)


def _grid(found: pa.Table, key: str, shape: tuple[int, int]) -> Any:
    values = found[key].cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
    censored = found[f"{key}__censored"].fill_null(False).to_numpy(zero_copy_only=False)
    return np.where(censored, np.nan, values).reshape(shape)


def _take_panel(edge: Edge, panel: Monthly, child: str, parent: str, data_cut: date) -> None:
    edge.card = {"kind": "panel", "expected_by": None, "reason": "too_few_months", "n_rows": 0}
    if panel.months < 2:
        return
    x, y = panel.values[child][:, :-1], panel.values[parent][:, 1:]
    there = np.isfinite(x) & np.isfinite(y)
    account, period = np.nonzero(there)
    found = lagged(
        x[there], y[there], account.astype(np.int64), period.astype(np.int64), data_cut=data_cut
    )
    edge.card |= {"n_rows": int(there.sum()), "customers": panel.customers}
    if not isinstance(found, Answer):
        edge.card |= {"reason": found.reason, "needs": dict(found.needs)}
        expected = found.expected_by
        if found.reason == "too_few_accounts":
            short = found.needs["accounts_needed"] - found.needs["accounts"]
            expected = known_by(data_cut, short / panel.joining if panel.joining else None)
        if expected:
            edge.card["expected_by"] = expected.isoformat()
        return
    edge.p, edge.value, edge.low, edge.high = found.p, found.value, found.low, found.high
    edge.zone = SMALLEST
    edge.card |= {
        "reason": None, "n_accounts": found.accounts, "months": found.events, "se": found.se,
        "estimate": {"scale": found.scale, "value": found.value}, "ci95": [found.low, found.high],
        "p": found.p, "explained": found.value**2,
    }  # fmt: skip
