"""What came of a scenario by its day: who is still there, at how much, and where the metric is."""

from __future__ import annotations

from typing import Any

import numpy as np

from banso.measure.revenue.reads import Book, Scope, day_number, rows_in
from banso.measure.revenue.spans import spans_of
from banso.prove.worth.models import Scenario
from banso.prove.worth.rules import reached
from banso.prove.worth.subjects import Subject
from banso.prove.worth.values import present_values


def came(scenario: Scenario, found: Book, finding: Subject | None) -> dict[str, Any]:
    """Plain JSON. kept: customers of then that pay on the day; mrr: what those paid then (to hold
    against the estimate, which leaves amounts as they were), mrr_now: what they pay on the day;
    metric: where the mean or share is among those still there, None where it is not known.
    """
    day = day_number(scenario.due_on)
    contracts = found.contracts.chosen(rows_in(found, Scope(scenario.currency)))
    spans = spans_of(contracts, day)
    now = spans.at(day) & spans.paying
    members = np.array(scenario.members, dtype=np.int64).reshape(-1, 2)
    account, paid = members.T
    here = np.isin(account, spans.account[now])
    mine = now & np.isin(spans.account, account)
    told: dict[str, Any] = {
        "on": str(scenario.due_on),
        "n": len(account),
        "kept": int(here.sum()),
        "mrr_then": int(paid.sum()),
        "mrr": int(paid[here].sum()),
        "mrr_now": int(spans.mrr[mine].sum()),
        "metric": None,
        "metric_n": 0,
    }
    if finding is not None:
        asked = scenario.question
        values = present_values(finding, account[here], asked)
        known = values[np.isfinite(values)]
        if len(known):
            told["metric"] = float((reached(known, asked) if asked.compare else known).mean())
            told["metric_n"] = len(known)
    return told
