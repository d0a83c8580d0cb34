"""Lines under NRR or GRR: do customers that are higher keep more of their money at a renewal?"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from banso.prove.engine.answer import Answer, NoAnswer
from banso.prove.engine.kept_money import (
    SMALLEST,
    MoneyGroup,
    MoneyKept,
    money_kept,
    months_to_tell,
)
from banso.prove.engine.power import decisions_per_month
from banso.prove.hypotheses.expansion import money_around
from banso.prove.hypotheses.outcomes import RENEWAL, known_outcomes, paid_terms
from banso.prove.studies.attributes import days_of
from banso.prove.studies.metric_values import tracked_rows
from banso.prove.tree.decided_lines import scanned_rows
from banso.prove.tree.edges import Edge


def against_money(
    edges: list[Edge], *, gross: bool, tracked: tuple[date, date] | None, data_cut: date,
    landmark_days: int,
) -> None:  # fmt: skip
    """Each metric, read months before, against the share of the money that was kept.

    Whether it moves only after the decision is looked at as under the renewal rate.
    """
    rows = known_outcomes()[RENEWAL].decisions(data_cut, landmark_days)
    rows = tracked_rows(rows, tracked[0]) if tracked else rows.slice(0, 0)
    rows, before, after = money_around(rows, paid_terms(), data_cut=data_cut)
    place = rows.column_names.index("row_id")
    rows = rows.set_column(place, "row_id", pa.array(np.arange(rows.num_rows, dtype=np.int64)))
    metrics = [edge.node.metric for edge in edges if edge.node.metric]
    if not metrics:
        return
    candidates, _scan, found = scanned_rows(rows, metrics, data_cut)
    table = rows.rename_columns(
        ["account" if name == "account_id" else name for name in rows.column_names]
    )
    pace = decisions_per_month(days_of(rows["decided_on"]), data_cut)
    for edge in edges:
        key = edge.node.metric.key if edge.node.metric else ""
        kept = money_kept(
            np.asarray(candidates[key].values, dtype=np.float64), before.astype(np.float64),
            after.astype(np.float64), table, data_cut=data_cut, gross=gross,
        )  # fmt: skip
        edge.leaks = found[key].leak is not None
        leak = {"definition": candidates[key].leak, "status": found[key].leak}
        _take(edge, kept, pace)
        edge.card |= {"gross": gross, "leak": leak if edge.leaks else None}


def _take(edge: Edge, kept: MoneyKept, pace: float | None) -> None:
    found = kept.answer
    edge.zone = SMALLEST
    edge.card = {"kind": "money", "expected_by": None, "reason": None, "n_rows": 0,
                 "per_month": pace}  # fmt: skip
    if isinstance(found, NoAnswer):
        day = found.expected_by.isoformat() if found.expected_by else None
        edge.card |= {"reason": found.reason, "needs": dict(found.needs), "expected_by": day}
        return
    edge.p, edge.value, edge.low, edge.high = found.p, found.value, found.low, found.high
    edge.card |= {
        "n_rows": found.n, "n_accounts": found.accounts, "n_events": found.events,
        "estimate": {"scale": found.scale, "value": found.value}, "ci95": [found.low, found.high],
        "p": found.p, "se": found.se, "groups": [_group(group) for group in kept.groups],
        "transform": kept.transform,
    }  # fmt: skip


def _group(group: MoneyGroup) -> dict[str, Any]:
    rate = asdict(group.kept) if isinstance(group.kept, Answer) else None
    told = {name: rate[name] for name in ("value", "low", "high")} if rate else None
    return {
        "label": group.label, "low": group.low, "high": group.high, "n": group.n, "rate": told,
    }  # fmt: skip


def money_months(edge: Edge, alpha: float) -> float | None:
    """Months until the line may be told, with the error it has now."""
    card = edge.card
    found = Answer(
        value=edge.value, low=edge.low, high=edge.high, n=card["n_rows"], events=card["n_events"],
        scale="share_per_sd", method="ols", se=card["se"],
    )  # fmt: skip
    return months_to_tell(found, per_month=card["per_month"], alpha=alpha)
