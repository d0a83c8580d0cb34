"""KPI trees by HTTP: the nodes with actual, target and forecast, and what is known of each line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.prove.tree.models import EdgeState, Node, Tree
from banso.prove.tree.reads import nodes_of, trees
from banso.prove.tree.wording import DECIDED, headline, name_of, role_of, said, unit_of
from banso.shared.keys.rules import EVIDENCE_READ
from banso.shared.rest.access import needs
from banso.shared.rest.paging import order_of, part
from banso.shared.rest.shapes import Asked, Id, Page

router = Router(tags=["trees"])
SORTS = {"id": "pk", "name": "name"}


class TreeOut(BaseModel):
    id: int
    name: str
    lines: int
    holding: int = Field(description=_("How many of the lines hold."))
    tested_at: datetime | None
    data_cut: date | None


class TreePage(Page[TreeOut]):
    pass


class TreesAsked(Asked):
    sort: str = Field("id", max_length=40, description=_("One of id, name."))


class Figure(BaseModel):
    value: float
    low: float | None
    high: float | None
    n: int = Field(description=_("What it rests on: customers, decisions or points of its course."))


class Edge(BaseModel):
    """The line from a node to the one above it."""

    state: EdgeState
    sentence: str = Field(description=_("What may be said, and no more."))
    scale: str = Field(description=_("odds_ratio_per_sd, within_sd or share_per_sd; else empty."))
    value: float | None = Field(description=_("Null as long as no answer is allowed."))
    low: float | None
    high: float | None
    n: int | None = Field(description=_("Decisions, or months of customers."))
    q: float | None
    tested_together: int | None
    expected_by: date | None


class NodeOut(BaseModel):
    id: int
    parent_id: int | None
    metric: str = Field(description=_("Key of the metric; empty for a goal."))
    goal: str
    name: str
    role: str = Field(description=_("What it may be called: goal, KPI or monitored indicator."))
    is_kpi: bool
    unit: str
    direction: str
    actual: Figure | None
    target: float | None
    target_on: date | None
    forecast: Figure | None
    edge: Edge | None = Field(description=_("Null for the node on top."))


class WholeTree(TreeOut):
    answer: str
    nodes: list[NodeOut]


@router.get("/trees", response=TreePage, summary=_("List KPI trees"), **needs(EVIDENCE_READ))
def list_trees(request: HttpRequest, asked: Query[TreesAsked]) -> TreePage:
    found, cursor = part(trees(), order_of(asked.sort, SORTS), asked)
    return TreePage(items=[TreeOut(**_tree(one)) for one in found], next_cursor=cursor)


@router.get(
    "/trees/{tree_id}",
    response=WholeTree,
    summary=_("Read one KPI tree with its lines"),
    description=_("A line that holds is an association; it says nothing of what a change brings."),
    **needs(EVIDENCE_READ),
)
def read_tree(request: HttpRequest, tree_id: Id) -> WholeTree:
    tree = get_object_or_404(trees(), pk=tree_id)
    nodes = nodes_of(tree)
    told = [_node(node) for node in nodes]
    return WholeTree(**_tree(tree), answer=headline(nodes), nodes=told)


def _tree(tree: Tree) -> dict[str, Any]:
    return {
        "id": tree.pk, "name": tree.name, "lines": tree.lines, "holding": tree.holding,  # type: ignore[attr-defined]
        "tested_at": tree.tested_at, "data_cut": tree.tested_on,
    }  # fmt: skip


def _node(node: Node) -> NodeOut:
    actual, ahead = node.standing.get("actual"), node.standing.get("forecast")
    return NodeOut(
        id=node.pk,
        parent_id=node.parent_id,
        metric=node.metric.key if node.metric else "",
        goal=node.goal,
        name=name_of(node),
        role=role_of(node),
        is_kpi=node.is_kpi,
        unit=unit_of(node),
        direction=node.direction,
        actual=Figure(**actual) if actual else None,
        target=node.target,
        target_on=node.target_on,
        forecast=Figure(value=ahead["value"], low=ahead["low"], high=ahead["high"],
                        n=ahead["points"]) if ahead else None,
        edge=None if node.is_root else _edge(node),
    )  # fmt: skip


def _edge(node: Node) -> Edge:
    """An undecided line shows how much there is, and no direction."""
    card, is_decided = node.evidence, node.state in DECIDED
    low, high = card.get("ci95") or (None, None)
    estimate = card.get("estimate") or {}
    return Edge(
        state=EdgeState(node.state),
        sentence=said(node),
        scale=str(estimate.get("scale", "")),
        value=estimate.get("value") if is_decided else None,
        low=low if is_decided else None,
        high=high if is_decided else None,
        n=card.get("n_rows"),
        q=card.get("q") if is_decided else None,
        tested_together=card.get("family_size"),
        expected_by=card.get("expected_by"),
    )
