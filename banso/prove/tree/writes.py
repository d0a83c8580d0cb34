from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction

from banso.measure.metrics.models import MetricDefinition
from banso.prove.tree.edges import Edge
from banso.prove.tree.models import DEEPEST, MOST_NODES, EdgeState, Node, Tree
from banso.prove.tree.reads import JOB
from banso.prove.tree.rules import may_move_under
from banso.prove.tree.starting import Sketch
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import enqueue, record
from banso.shared.users.models import User


class TooMuch(Exception):
    """The tree would be too deep or too large, or a node would hang below itself."""


@transaction.atomic
def create_tree(*, by: User, name: str, goal: str, sketches: Sequence[Sketch] = ()) -> Tree:
    """A new tree with its goal on top and what it begins with."""
    tree = Tree.objects.create(name=name, created_by=by, created_at=clock.now())
    root = Node.objects.create(tree=tree, goal=goal)
    keys = MetricDefinition.objects.in_bulk(field_name="key")

    def hang(under: Node, some: Sequence[Sketch]) -> None:
        for position, sketch in enumerate(some):
            node = Node.objects.create(
                tree=tree, parent=under, metric=keys[sketch.metric], position=position,
                direction=sketch.direction,
            )  # fmt: skip
            hang(node, sketch.below)

    hang(root, sketches)
    _told("tree.created", tree, by, name=name)
    return tree


@transaction.atomic
def add_node(
    *, by: User, under: Node, metric: MetricDefinition | None, goal: str, direction: str
) -> Node:
    """Hang a metric or a goal under a node."""
    tree = Tree.objects.select_for_update().get(pk=under.tree_id)
    if tree.nodes.count() >= MOST_NODES or _depth(under) >= DEEPEST:
        raise TooMuch
    node = Node.objects.create(
        tree=tree, parent=under, metric=metric, goal=goal, direction=direction,
        position=under.children.count(),
    )  # fmt: skip
    _told("tree.node_added", tree, by, node=node.pk, name=_name(node))
    return node


def _depth(node: Node) -> int:
    steps, above = 1, node.parent
    while above is not None:
        steps, above = steps + 1, above.parent
    return steps


def _name(node: Node) -> str:
    return node.metric.key if node.metric else node.goal


@transaction.atomic
def change_node(
    *, by: User, node: Node, direction: str, target: float | None, target_on: date | None
) -> Node:
    """Change which way a node goes with the one above, its target and by when."""
    given = {"direction": direction, "target": target, "target_on": target_on}
    changed = [name for name, value in given.items() if getattr(node, name) != value]
    if not changed:
        return node
    for name in changed:
        setattr(node, name, given[name])
    if "direction" in changed and node.parent_id:
        node.state, node.evidence = EdgeState.UNTESTED, {}
    node.save(update_fields=[*changed, "state", "evidence"])
    _told("tree.node_changed", node.tree, by, node=node.pk, name=_name(node), fields=changed)
    return node


@transaction.atomic
def move_node(*, by: User, node: Node, under: Node, position: int) -> Node:
    """Hang a node under another (or the same one) at a place among those there."""
    tree = Tree.objects.select_for_update().get(pk=node.tree_id)
    parents = dict(tree.nodes.values_list("pk", "parent_id"))
    if node.parent_id is None or under.pk not in parents:
        raise TooMuch
    if not may_move_under(node.pk, under.pk, parents, deepest=DEEPEST):
        raise TooMuch
    if under.pk != node.parent_id:
        node.state, node.evidence = EdgeState.UNTESTED, {}
    node.parent = under
    node.save(update_fields=["parent", "state", "evidence"])
    there = [pk for pk in under.children.values_list("pk", flat=True) if pk != node.pk]
    there.insert(max(0, min(position, len(there))), node.pk)
    for place, pk in enumerate(there):
        Node.objects.filter(pk=pk).update(position=place)
    _told("tree.node_moved", tree, by, node=node.pk, name=_name(node), under=_name(under))
    return node


@transaction.atomic
def remove_node(*, by: User, node: Node) -> None:
    """Take a node out; what hangs below it moves up to the node above."""
    if node.parent is None:
        raise TooMuch
    tree, name = node.tree, _name(node)
    node.children.update(parent=node.parent, state=EdgeState.UNTESTED, evidence={})
    node.delete()
    _told("tree.node_removed", tree, by, name=name)


@transaction.atomic
def remove_tree(*, by: User, tree: Tree) -> None:
    """Take the whole tree away; the journal keeps that it was there."""
    record("tree.removed", by=by, tree=tree.pk, name=tree.name)
    tree.delete()


def _told(kind: str, tree: Tree, by: User, **more: Any) -> Entry:
    """Note the change and let the edges be tested soon."""
    enqueue(JOB, key=JOB)
    return record(kind, by=by, tree=tree.pk, **more)


@transaction.atomic
def ask_for_refresh() -> None:
    """Test all edges soon."""
    if Tree.objects.exists():
        enqueue(JOB, key=JOB)


@transaction.atomic
def keep_tests(
    *, tree: Tree, edges: Sequence[Edge], standings: Mapping[int, dict[str, Any]],
    data_cut: date | None, data_hash: str,
) -> None:  # fmt: skip
    """Keep what the tests gave; a line that was drawn anew meanwhile waits for its own test."""
    now = {node.pk: node for node in tree.nodes.select_for_update()}
    turned = []
    for edge in edges:
        node = now.get(edge.node.pk)
        same = node and (node.parent_id, node.direction) == (
            edge.node.parent_id, edge.node.direction,
        )  # fmt: skip
        if node is None or not same:
            continue
        if node.state != edge.state:
            turned.append([_name(edge.node), node.state, edge.state])
        node.state, node.evidence = edge.state, edge.card
    for pk, standing in standings.items():
        if pk in now:
            now[pk].standing = standing
    Node.objects.bulk_update(now.values(), ["state", "evidence", "standing"])
    tree.tested_at, tree.tested_on, tree.data_hash = clock.now(), data_cut, data_hash
    tree.save(update_fields=["tested_at", "tested_on", "data_hash"])
    if turned:
        record("tree.tested", by=None, tree=tree.pk, turned=turned)
