"""Every edge of a tree against its data, as one family (METHODS 3.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from banso.prove.engine.multiplicity import benjamini_hochberg
from banso.prove.engine.power import fdr_alpha, known_by
from banso.prove.studies.metric_values import tracked_days
from banso.prove.tree.decided_lines import against_outcome
from banso.prove.tree.edges import Edge
from banso.prove.tree.goals import known_goals
from banso.prove.tree.models import Node
from banso.prove.tree.money_lines import against_money, money_months
from banso.prove.tree.monthly_lines import against_metric, panel_months
from banso.prove.tree.rules import Q_TARGET, state_of


def tested_edges(nodes: Sequence[Node], *, data_cut: date, landmark_days: int) -> list[Edge]:
    """All edges of one tree with q over all of them together."""
    by_id = {node.pk: node for node in nodes}
    edges = [Edge(node) for node in nodes if node.parent_id]
    below: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        below[edge.node.parent_id or 0].append(edge)
    tracked = tracked_days()
    for pk, group in below.items():
        parent, testable = by_id[pk], [edge for edge in group if edge.node.metric]
        for edge in group:
            if not edge.node.metric:
                edge.state, edge.card = "no_test", {"reason": "goal_below"}
        goal = known_goals().get(parent.goal)
        if parent.metric is not None:
            against_metric(testable, parent.metric, tracked, data_cut)
        elif goal is not None and goal.outcome:
            against_outcome(testable, goal.outcome, goal.misses, tracked, data_cut, landmark_days)
        elif goal is not None and goal.money:
            gross = goal.money == "gross"
            against_money(
                testable, gross=gross, tracked=tracked, data_cut=data_cut,
                landmark_days=landmark_days,
            )  # fmt: skip
        else:
            for edge in testable:
                edge.state, edge.card = "no_test", {"reason": "goal_untested"}
    _judge(edges, data_cut)
    return edges


def _judge(edges: list[Edge], data_cut: date) -> None:
    family = [edge for edge in edges if edge.tested]
    q_values = benjamini_hochberg([edge.p for edge in family if edge.p is not None])
    for edge, q in zip(family, q_values, strict=True):
        up = edge.node.direction == "more"
        edge.state = state_of(
            value=edge.value, low=edge.low, high=edge.high, q=float(q), claimed_up=up,
            zone=edge.zone,
        )  # fmt: skip
        edge.card |= {"q": float(q), "family_size": len(family)}
        if edge.state == "unknown" and edge.card.get("expected_by") is None:
            edge.card["expected_by"] = _when(edge, len(family), data_cut)
    for edge in edges:
        if edge.leaks:
            edge.state = "leak"


def _when(edge: Edge, family: int, data_cut: date) -> str | None:
    """When an edge that cannot be judged may be: the error shrinks as decisions come in."""
    months = edge.card.get("months_alone")
    by_kind = {"panel": panel_months, "money": money_months}
    if edge.card.get("kind") in by_kind:
        months = by_kind[edge.card["kind"]](edge, fdr_alpha(Q_TARGET, max(1, family)))
    day = known_by(data_cut, months)
    return day.isoformat() if day else None
