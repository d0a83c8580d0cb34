from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.tree.models import EdgeState, Tree
from banso.prove.tree.starting import Sketch
from banso.prove.tree.tests.builders import a_node, a_tree
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(client: Client) -> Tree:
    client.force_login(a_user(role="analyst", language="en"))
    made = a_tree(below=(Sketch("real"), Sketch("noise_1"), Sketch("noise_2")))
    made.nodes.update(state=EdgeState.SUPPORTED)
    return made


def order(tree: Tree) -> list[str]:
    there = a_node(tree).children.order_by("position").values_list("metric__key", flat=True)
    return [key or "" for key in there]


def shift(client: Client, tree: Tree, key: str, **given: Any) -> str:
    url = reverse("tree:shift_node", args=[a_node(tree, key).pk])
    return client.post(url, given, follow=True).content.decode()


def test_steps_up_and_down_change_the_order_only(client: Client, tree: Tree) -> None:
    shift(client, tree, "noise_2", step="up")
    assert order(tree) == ["real", "noise_2", "noise_1"]
    shift(client, tree, "real", step="down")
    assert order(tree) == ["noise_2", "real", "noise_1"]
    shift(client, tree, "noise_2", step="up")
    assert order(tree) == ["noise_2", "real", "noise_1"]
    assert a_node(tree, "real").state == EdgeState.SUPPORTED


def test_in_and_out_hang_it_elsewhere_and_its_line_is_tested_anew(
    client: Client, tree: Tree
) -> None:
    shift(client, tree, "noise_1", step="in")
    assert a_node(tree, "noise_1").parent == a_node(tree, "real")
    assert a_node(tree, "noise_1").state == EdgeState.UNTESTED
    shift(client, tree, "noise_1", step="out")
    assert order(tree) == ["real", "noise_1", "noise_2"]
    shift(client, tree, "real", step="in")
    assert order(tree) == ["real", "noise_1", "noise_2"]


def test_dropped_on_another_it_hangs_there(client: Client, tree: Tree) -> None:
    shift(client, tree, "noise_2", under=a_node(tree, "real").pk)
    assert a_node(tree, "noise_2").parent == a_node(tree, "real")
    said = shift(client, tree, "real", under=a_node(tree, "noise_2").pk)
    assert "It cannot hang there" in said


def test_a_node_of_another_tree_is_no_place(client: Client, tree: Tree) -> None:
    other = a_tree()
    shift(client, tree, "noise_1", under=a_node(other).pk)
    assert a_node(tree, "noise_1").parent == a_node(tree)
