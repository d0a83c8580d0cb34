from __future__ import annotations

from datetime import timedelta

import pytest

from banso.prove.tree.jobs import refresh_trees
from banso.prove.tree.tests.builders import TODAY, a_node, a_tree, companies
from banso.prove.tree.writes import change_node
from banso.shared import clock
from banso.shared.rest.tests.callers import Caller

pytestmark = pytest.mark.django_db


def test_a_tree_comes_with_nodes_and_what_is_known_of_their_lines() -> None:
    companies(800)
    tree = a_tree()
    change_node(
        by=tree.created_by, node=a_node(tree), direction="more", target=0.9,  # type: ignore[arg-type]
        target_on=TODAY + timedelta(days=200),
    )  # fmt: skip
    with clock.held_at(TODAY):
        refresh_trees()
        caller = Caller("evidence:read")
        found = caller.get(f"/trees/{tree.pk}")
    [listed] = caller.get("/trees")["items"]
    assert (listed["lines"], listed["holding"]) == (3, found["holding"])
    by_key = {node["metric"] or node["goal"]: node for node in found["nodes"]}
    root, real, follows = by_key["renewal_rate"], by_key["real"], by_key["follows"]
    assert root["edge"] is None and root["target"] == 0.9
    assert root["actual"]["low"] < root["actual"]["value"] < root["actual"]["high"]
    assert root["forecast"]["low"] <= root["forecast"]["value"] <= root["forecast"]["high"]
    assert real["parent_id"] == root["id"] and real["is_kpi"] is True
    edge = real["edge"]
    assert (edge["state"], edge["scale"]) == ("supported", "odds_ratio_per_sd")
    assert 1 < edge["low"] < edge["value"] < edge["high"] and edge["n"] == 800
    assert follows["edge"]["scale"] == "within_sd"
    undecided = by_key["noise_1"]["edge"]
    if undecided["state"] == "unknown":
        assert undecided["value"] is None and undecided["q"] is None
    assert found["answer"]


def test_who_may_read_trees() -> None:
    tree = a_tree(below=())
    assert Caller("accounts:read").ask("GET", "/trees").status_code == 403
    assert Caller("evidence:read").ask("GET", f"/trees/{tree.pk + 1}").status_code == 404
    assert Caller("evidence:read").get("/trees", limit=1)["items"][0]["name"] == tree.name
