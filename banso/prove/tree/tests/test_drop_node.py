from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.tree.tests.builders import a_node, a_tree
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_what_hung_below_moves_up(client: Client) -> None:
    tree = a_tree()
    client.force_login(a_user(role="analyst"))
    client.post(reverse("tree:drop_node", args=[a_node(tree, "real").pk]))
    assert a_node(tree, "follows").parent == a_node(tree)
    assert a_node(tree, "follows").state == "untested"
    assert tree.nodes.count() == 3


def test_the_goal_stays(client: Client) -> None:
    tree = a_tree()
    client.force_login(a_user(role="analyst"))
    client.post(reverse("tree:drop_node", args=[a_node(tree).pk]))
    assert tree.nodes.count() == 4
