from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from banso.measure.metrics.models import MetricDefinition
from banso.prove.tree.models import EdgeState, Node, Tree
from banso.prove.tree.rules import is_kpi
from banso.shared.journal.models import Entry, Job

JOB = "tree.refresh"
MOST_CHANGES = 20


def trees() -> QuerySet[Tree]:
    """Every tree with how many of its lines hold."""
    holding = Count("nodes", filter=Q(nodes__state=EdgeState.SUPPORTED))
    lines = Count("nodes", filter=Q(nodes__parent__isnull=False))
    return Tree.objects.annotate(holding=holding, lines=lines)


def nodes_of(tree: Tree) -> list[Node]:
    """The nodes in the order of the tree: each before those below it."""
    below: dict[int | None, list[Node]] = defaultdict(list)
    for node in tree.nodes.select_related("metric").order_by("position", "pk"):
        below[node.parent_id].append(node)
    made: list[Node] = []

    def add(parent: int | None, states: list[str]) -> None:
        for node in below[parent]:
            path = [] if node.goal else [*states, node.state]
            node.is_kpi = bool(path) and is_kpi(path)
            made.append(node)
            add(node.pk, path)

    add(None, [])
    return made


def children_of(nodes: list[Node]) -> dict[int | None, list[int]]:
    found: dict[int | None, list[int]] = defaultdict(list)
    for node in nodes:
        found[node.parent_id].append(node.pk)
    return found


def depths(nodes: list[Node]) -> dict[int, int]:
    """How deep each node hangs; the root at 0."""
    made: dict[int, int] = {}
    for node in nodes:
        made[node.pk] = 0 if node.parent_id is None else made[node.parent_id] + 1
    return made


def metrics_in_use() -> QuerySet[MetricDefinition]:
    return MetricDefinition.objects.all()


def metric_names(keys: Iterable[str]) -> dict[str, str]:
    """Names by key, of retired metrics too, in the reader's language."""
    found = MetricDefinition.with_retired.filter(key__in=set(keys))
    return {metric.key: metric.name for metric in found}


def is_owed() -> bool:
    return Job.objects.filter(key=JOB, done_at=None, given_up_at=None).exists()


def changes_of(tree: Tree) -> list[Entry]:
    """The latest changes of the tree, newest first."""
    kinds = Entry.objects.filter(kind__startswith="tree.", payload__tree=tree.pk)
    return list(kinds.select_related("by").order_by("-at", "-pk")[:MOST_CHANGES])
