from __future__ import annotations

from typing import Any

from banso.know.subscriptions.reads import last_known_day
from banso.prove.studies.gathering import code_version
from banso.prove.studies.reads import latest_run
from banso.prove.studies.rules import fingerprint
from banso.prove.tree.models import Node, Tree
from banso.prove.tree.reads import JOB, nodes_of
from banso.prove.tree.standing import read_goals, standing_of
from banso.prove.tree.testing import tested_edges
from banso.prove.tree.writes import keep_tests
from banso.shared import clock
from banso.shared.journal.registry import LONG, job
from banso.shared.users.reads import organisation


@job(JOB, lane=LONG)
def refresh_trees() -> None:
    """Test the edges of every tree; one whose data and lines are the same is left as it is."""
    home = organisation()
    today = clock.today(home.time_zone)
    data_cut, run = last_known_day(today), latest_run()
    for tree in Tree.objects.all():
        nodes = nodes_of(tree)
        data_hash = fingerprint(
            [run.data_hash if run else "", code_version(), today, *(_drawn(n) for n in nodes)]
        )
        if data_hash == tree.data_hash:
            continue
        if data_cut is None:
            kept = {node.pk: standing_of(node, {}) for node in nodes}
            keep_tests(tree=tree, edges=[], standings=kept, data_cut=None, data_hash=data_hash)
            continue
        edges = tested_edges(nodes, data_cut=data_cut, landmark_days=home.landmark_days)
        read = read_goals(nodes, data_cut=data_cut, landmark_days=home.landmark_days)
        keep_tests(
            tree=tree,
            edges=edges,
            standings={node.pk: standing_of(node, read) for node in nodes},
            data_cut=data_cut,
            data_hash=data_hash,
        )


def _drawn(node: Node) -> list[Any]:
    version = node.metric.version if node.metric else 0
    metric = node.metric.key if node.metric else ""
    return [
        node.pk, node.parent_id, metric, version, node.goal, node.direction, node.target_on,
    ]  # fmt: skip
