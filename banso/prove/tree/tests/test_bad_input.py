"""What is no metric, or no company to learn from: a line says so in words, never as a number."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.test import Client
from django.urls import reverse

from banso.know.subscriptions.models import Subscription
from banso.prove.tree import decided_lines, monthly_lines
from banso.prove.tree.jobs import refresh_trees
from banso.prove.tree.models import EdgeState, Node, Tree
from banso.prove.tree.starting import Sketch
from banso.prove.tree.tests.builders import (
    TODAY,
    a_node,
    a_tree,
    companies,
    pay,
    planted_months,
    planted_values,
)
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
Values = Callable[[Any, Any], Any]

UNKNOWN, LEAK, SUPPORTED = EdgeState.UNKNOWN, EdgeState.LEAK, EdgeState.SUPPORTED
SAME = "All these customers have the same value so far."
MISSING = "of the decisions the value is unknown"
FAULTLESS = "almost without fault"
METRICS: dict[str, tuple[Values, EdgeState, str]] = {
    "constant": (lambda lost, noise: np.ones(len(lost)), UNKNOWN, SAME),
    "one other": (lambda lost, noise: np.arange(len(lost)) == 3, UNKNOWN, "customers differ"),
    "all missing": (lambda lost, noise: np.full(len(lost), np.nan), UNKNOWN, MISSING),
    "most missing": (lambda lost, noise: np.where(noise > 1, noise, np.nan), UNKNOWN, MISSING),
    "infinite": (lambda lost, noise: np.where(noise > 0, np.inf, -np.inf), UNKNOWN, MISSING),
    "the outcome": (lambda lost, noise: lost.copy(), LEAK, FAULTLESS),
    "the outcome, inverted": (lambda lost, noise: 1 - lost, LEAK, FAULTLESS),
    "separates": (lambda lost, noise: noise * 0.01 + 5 * lost, LEAK, FAULTLESS),
}


def plant(monkeypatch: pytest.MonkeyPatch, values: Values) -> None:
    """The metric "noise_1" is bad; the others are as they were."""

    def planted(definitions: Any, rows: pa.Table, *, as_of: Any) -> dict[str, tuple[Any, Any]]:
        made = planted_values(definitions, rows, as_of=as_of)
        lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(float)
        noise = np.random.default_rng(5).normal(size=len(lost))
        if "noise_1" in made:
            bad = np.asarray(values(lost, noise), dtype=np.float64)
            made["noise_1"] = (bad, np.zeros(len(bad), dtype=bool))
        return made

    monkeypatch.setattr(decided_lines, "raw_values", planted)


def refreshed(tree: Tree) -> None:
    with clock.held_at(TODAY):
        refresh_trees()


def page_of(client: Client, node: Node, language: str = "en") -> str:
    """The tree's page with this node's card, its picture and its file."""
    client.force_login(a_user(role="viewer", language=language))
    address = reverse("tree:tree_detail", args=[node.tree_id])
    told = []
    with clock.held_at(TODAY):
        for asked in ({"node": str(node.pk)}, {"format": "csv"}, {"format": "svg"}):
            page = client.get(address, asked)
            assert page.status_code == 200
            body = b"".join(page) if page.streaming else page.content
            told.append(body.decode("utf-8-sig"))
    text = html.unescape("".join(told))
    assert " nan" not in text.lower() and " inf" not in text.lower().replace(" info", "")
    return text


@pytest.mark.parametrize("goal", ["renewal_rate", "nrr"])
@pytest.mark.parametrize("kind", METRICS)
def test_a_line_to_what_is_no_metric_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch, kind: str, goal: str
) -> None:
    values, state, words = METRICS[kind]
    plant(monkeypatch, values)
    companies(800)
    if goal == "nrr":
        pay(keep=0.9)
    tree = a_tree(goal=goal, below=(Sketch("real"), Sketch("noise_1")))
    refreshed(tree)
    node = a_node(tree, "noise_1")
    text = page_of(client, node)
    assert node.state == state
    assert words in text
    assert "Odds ratio" not in text and "Share of the money kept, more" not in text
    page_of(client, node, "ja")
    assert a_node(tree, "real").state == SUPPORTED, "one bad metric must not spoil the others"


@pytest.mark.parametrize("outcome", ["renewed", "churned"])
@pytest.mark.parametrize("goal", ["renewal_rate", "churn_rate", "nrr", "grr"])
def test_one_outcome_only_is_no_comparison(client: Client, goal: str, outcome: str) -> None:
    companies(300)
    Subscription.objects.update(outcome=outcome)
    if goal in ("nrr", "grr"):
        pay(keep=1.0)
        Subscription.objects.update(outcome=outcome)
    tree = a_tree(goal=goal, below=(Sketch("real"),))
    refreshed(tree)
    node = a_node(tree, "real")
    text = page_of(client, node)
    assert node.state == UNKNOWN
    assert "are needed; there are" in text or "kept the same share of the money" in text


MONTHS: dict[str, tuple[Values, str]] = {
    "constant": (lambda grid, above: np.ones(len(grid)), "does not change from month to month"),
    "all missing": (lambda grid, above: np.full(len(grid), np.nan), "At least 20 customers"),
    "infinite": (lambda grid, above: np.full(len(grid), np.inf), "At least 20 customers"),
    "hardly any": (lambda grid, above: np.where(grid > 3, grid, np.nan), "At least 20 customers"),
}


@pytest.mark.parametrize("kind", MONTHS)
def test_a_line_between_metrics_that_are_none(
    client: Client, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    values, words = MONTHS[kind]

    def planted(*, definitions: Any, rows: pa.Table) -> pa.Table:
        table = planted_months(definitions=definitions, rows=rows)
        place = table.column_names.index("follows")
        made = np.asarray(values(table["follows"].to_numpy(), table["real"].to_numpy()))
        return table.set_column(place, "follows", pa.array(made, pa.float64()))

    monkeypatch.setattr(monthly_lines, "values_at", planted)
    companies(300)
    tree = a_tree()
    refreshed(tree)
    node = a_node(tree, "follows")
    text = page_of(client, node)
    assert node.state == UNKNOWN
    assert words in text


def test_the_same_decision_many_times_makes_nothing_surer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each contract imported four times: the interval stays that of the customers there are."""

    def planted(definitions: Any, rows: pa.Table, *, as_of: Any) -> dict[str, tuple[Any, Any]]:
        lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(float)
        who = np.unique(rows["account_id"].to_numpy(), return_inverse=True)[1].reshape(-1)
        values = np.random.default_rng(5).normal(size=600)[who] - 0.9 * lost
        return {d.key: (values, np.zeros(len(values), dtype=bool)) for d in definitions}

    monkeypatch.setattr(decided_lines, "raw_values", planted)
    companies(600)
    tree = a_tree(below=(Sketch("real"),))
    refreshed(tree)
    once = a_node(tree, "real").evidence
    copies = [
        Subscription(
            account_id=s.account_id, external_id=f"{s.external_id}-{i}", start=s.start, end=s.end,
            outcome=s.outcome, plan=s.plan, seats=s.seats,
        )
        for s in Subscription.objects.all()
        for i in range(3)
    ]  # fmt: skip
    Subscription.objects.bulk_create(copies)
    again_tree = a_tree(below=(Sketch("real"),))
    refreshed(again_tree)
    again = a_node(again_tree, "real").evidence
    assert again["n_accounts"] == once["n_accounts"]
    wide = [np.log(told["ci95"][1] / told["ci95"][0]) for told in (once, again)]
    assert wide[1] == pytest.approx(wide[0], rel=0.1)
