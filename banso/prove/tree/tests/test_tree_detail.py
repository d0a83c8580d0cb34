from __future__ import annotations

import html
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.tree.jobs import refresh_trees
from banso.prove.tree.models import Tree
from banso.prove.tree.svg import cut
from banso.prove.tree.tests.builders import TODAY, a_node, a_tree, companies
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree() -> Tree:
    companies(800)
    made = a_tree()
    with clock.held_at(TODAY):
        refresh_trees()
    return made


def see(client: Client, tree: Tree, query: str = "", *, role: str = "viewer") -> str:
    client.force_login(a_user(role=role, language="en"))
    url = reverse("tree:tree_detail", args=[tree.pk]) + query
    with clock.held_at(TODAY):
        response = client.get(url)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_what_does_not_hold_is_a_monitored_indicator_in_words(client: Client, tree: Tree) -> None:
    text = see(client, tree)
    assert "2 of 3 lines hold." in text
    assert "● KPI" in text
    assert "○ Monitored indicator" in text
    assert "real in English" in text


def test_a_nodes_card_has_its_evidence_with_interval_and_n(client: Client, tree: Tree) -> None:
    node = a_node(tree, "real")
    text = see(client, tree, f"?node={node.pk}")
    low, high = node.evidence["ci95"]
    value = node.evidence["estimate"]["value"]
    assert f"{value:.2f} ({low:.2f}–" in text
    assert low < value < high
    assert "800 of 800 customers" in text
    assert "(3 lines tested together)" in text
    assert "The higher “real in English”, the higher “Renewal rate”." in text
    assert "An association, not an effect" in text


def test_target_distance_and_forecast_stand_on_the_node(client: Client, tree: Tree) -> None:
    root = a_node(tree)
    tree.nodes.filter(pk=root.pk).update(target=0.99, target_on=TODAY.replace(year=2027))
    Tree.objects.update(data_hash="")
    with clock.held_at(TODAY):
        refresh_trees()
    text = see(client, tree, f"?node={root.pk}")
    assert "99% by" in text
    assert "points to go" in text
    assert "if its course goes on" in text
    assert reverse("revenue:revenue_renewals") in text


def test_the_picture_is_a_whole_svg_of_its_own(client: Client, tree: Tree) -> None:
    client.force_login(a_user(language="ja"))
    url = reverse("tree:tree_detail", args=[tree.pk])
    response = client.get(url, {"format": "svg"})
    assert response["Content-Type"] == "image/svg+xml"
    root = ElementTree.fromstring(response.content)  # noqa: S314 - our own
    assert root.tag.endswith("svg")
    text = response.content.decode()
    assert "モニタリング指標" in text
    assert "style=" not in text and "<a " not in text


def test_the_tree_comes_as_a_file(client: Client, tree: Tree) -> None:
    client.force_login(a_user(language="en"))
    url = reverse("tree:tree_detail", args=[tree.pk])
    lines = b"".join(client.get(url, {"format": "csv"})).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + tree.nodes.count()
    assert "Monitored indicator" in lines[-1]


def test_changes_are_told_with_who(client: Client, tree: Tree) -> None:
    text = see(client, tree)
    assert "Tree drawn" in text
    assert "real in English: Being tested → Holds" in text


def test_a_viewer_sees_no_forms(client: Client, tree: Tree) -> None:
    node = a_node(tree, "real")
    assert "Hang below" not in see(client, tree, f"?node={node.pk}")
    assert "Hang below" in see(client, tree, f"?node={node.pk}", role="analyst")


def test_long_names_are_cut_by_their_width() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("初回レポートまでの日数", 10) == "初回レポ…"
