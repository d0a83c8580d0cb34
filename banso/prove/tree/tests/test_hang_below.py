from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.measure.metrics.models import MetricDefinition
from banso.prove.tree.models import EdgeState
from banso.prove.tree.tests.builders import a_node, a_tree
from banso.shared.journal.models import Entry, Job
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_metric_hangs_below_and_waits_for_its_test(client: Client) -> None:
    tree = a_tree()
    client.force_login(a_user(role="analyst"))
    metric = MetricDefinition.objects.get(key="noise_2")
    url = reverse("tree:hang_below", args=[a_node(tree, "real").pk])
    client.post(url, {"what": f"metric:{metric.pk}", "direction": "less"})
    made = a_node(tree, "noise_2")
    assert (made.parent, made.direction) == (a_node(tree, "real"), "less")
    assert made.state == EdgeState.UNTESTED
    assert Entry.objects.filter(kind="tree.node_added", payload__name="noise_2").exists()
    assert Job.objects.filter(name="tree.refresh", done_at=None).exists()


def test_a_tree_has_at_most_five_levels(client: Client) -> None:
    tree = a_tree()
    client.force_login(a_user(role="analyst", language="en"))
    metric = MetricDefinition.objects.get(key="noise_2")
    node = a_node(tree, "follows")
    for _ in range(3):
        url = reverse("tree:hang_below", args=[node.pk])
        page = client.post(url, {"what": f"metric:{metric.pk}", "direction": "more"}, follow=True)
        node = tree.nodes.latest("pk")
    assert "at most five levels" in page.content.decode()
    assert tree.nodes.count() == 6


def test_a_viewer_cannot(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    url = reverse("tree:hang_below", args=[a_node(a_tree()).pk])
    assert client.post(url).status_code == 403


def test_an_outcome_hangs_below_another_and_starts_anew(client: Client) -> None:
    tree = a_tree(goal="nrr", below=())
    client.force_login(a_user(role="analyst"))
    url = reverse("tree:hang_below", args=[a_node(tree).pk])
    client.post(url, {"what": "goal:renewal_rate", "direction": "more"})
    made = tree.nodes.get(goal="renewal_rate")
    assert made.parent == a_node(tree)
    assert client.post(url, {"what": "goal:fame", "direction": "more"}).status_code == 302
    assert tree.nodes.count() == 2
