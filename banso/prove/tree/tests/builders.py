from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.tests.builders import a_metric
from banso.prove.studies.tests.builders import TODAY, companies
from banso.prove.tree.models import Node, Tree
from banso.prove.tree.starting import Sketch
from banso.prove.tree.writes import create_tree
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

__all__ = ["TODAY", "a_node", "a_tree", "companies", "pay", "planted_months", "planted_values"]
KEYS = ("real", "noise_1", "noise_2", "follows", "leak")


def a_tree(*, by: User | None = None, goal: str = "renewal_rate", below: Any = None) -> Tree:
    """Renewal over a metric that goes with it, one that follows that, and one of noise."""
    for key in KEYS:
        if not MetricDefinition.objects.filter(key=key).exists():
            a_metric(key, name_en=f"{key} in English", name_ja=f"{key}の日本語")
    if below is None:
        below = (Sketch("real", "more", (Sketch("follows"),)), Sketch("noise_1"))
    return create_tree(
        by=by or a_user(role="analyst"), name="更新のツリー", goal=goal, sketches=below
    )


def a_node(tree: Tree, key: str = "") -> Node:
    """The node of a metric; the root without a key."""
    if not key:
        return tree.nodes.get(parent=None)
    return tree.nodes.get(metric__key=key)


def pay(*, keep: float) -> None:
    """Each customer paid something; who renewed goes on, and some of them pay less from then on."""
    random = np.random.default_rng(12)
    terms = list(Subscription.objects.order_by("pk"))
    for term, amount in zip(terms, random.integers(10, 200, len(terms)).tolist(), strict=True):
        term.mrr_minor, term.currency = 1000 * amount, "JPY"
    Subscription.objects.bulk_update(terms, ["mrr_minor", "currency"])
    Subscription.objects.bulk_create(
        Subscription(
            account_id=term.account_id, external_id=f"{term.external_id}-next", plan="Basic",
            start=term.end + timedelta(days=1), end=term.end + timedelta(days=365), currency="JPY",
            mrr_minor=int(term.mrr_minor * (keep if random.random() < 0.3 else 1)),
        )
        for term in terms
        if term.outcome == "renewed" and term.end and term.mrr_minor
    )  # fmt: skip


def planted_values(
    definitions: list[MetricDefinition], rows: pa.Table, *, as_of: Any
) -> dict[str, tuple[Any, Any]]:
    """Values at decisions: "real" goes with renewal, "leak" only moves on the day itself."""
    lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(float)
    late = bool(len(rows)) and bool((as_of == rows["closed_on"].cast(pa.int32()).to_numpy()).all())
    made = {}
    for number, definition in enumerate(sorted(definitions, key=lambda d: d.key)):
        noise = np.random.default_rng(20 + number).normal(size=len(lost))
        strength = {"real": -0.9, "leak": -4.0 if late else 0.0}.get(definition.key, 0.0)
        made[definition.key] = (noise + strength * lost, np.zeros(len(lost), dtype=bool))
    return made


def planted_months(*, definitions: list[MetricDefinition], rows: pa.Table) -> pa.Table:
    """Values by month: "real" goes up a month after "follows" did."""
    ids, days = rows["account_id"].to_numpy(), rows["as_of_day"].to_numpy()
    months = np.unique(days, return_inverse=True)[1].reshape(-1)
    order = np.unique(ids, return_inverse=True)[1].reshape(-1)
    shape = (order.max() + 1, months.max() + 2)
    child = np.random.default_rng(3).normal(size=shape)
    parent = np.zeros(shape)
    parent[:, 1:] = 0.8 * child[:, :-1]
    parent += np.random.default_rng(4).normal(size=shape)
    grids = {"follows": child, "real": parent}
    table = {"row_id": rows["row_id"]}
    for definition in definitions:
        grid = grids.get(definition.key, np.random.default_rng(9).normal(size=shape))
        table[definition.key] = pa.array(grid[order, months])
        table[f"{definition.key}__censored"] = pa.array(np.zeros(len(ids), dtype=bool))
    return pa.table(table)
