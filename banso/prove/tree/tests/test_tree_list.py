from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.measure.metrics.tests.builders import a_metric
from banso.prove.studies.models import EvidenceRun, Finding
from banso.prove.tree.models import Tree
from banso.prove.tree.tests.builders import a_tree
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = reverse("tree:tree_list")


def test_a_tree_is_drawn_from_nothing(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    client.post(URL, {"name": "更新", "goal": "renewal_rate", "start": "blank"})
    assert [node.goal for node in Tree.objects.get().nodes.all()] == ["renewal_rate"]


def test_a_template_takes_the_metrics_that_are_there(client: Client) -> None:
    a_metric("usage_28d")
    a_metric("days_to_first_value")
    client.force_login(a_user(role="analyst"))
    client.post(URL, {"name": "更新", "goal": "churn_rate", "start": "usage"})
    found = Tree.objects.get().nodes.exclude(metric=None)
    assert set(found.values_list("metric__key", "direction")) == {
        ("usage_28d", "less"), ("days_to_first_value", "more"),
    }  # fmt: skip


def test_evidence_that_was_found_becomes_a_tree(client: Client) -> None:
    a_metric("found")
    run = EvidenceRun.objects.create(started_at=clock.now(), state="done")
    for key, verdict in (("found", "associated"), ("other", "not_enough_data")):
        Finding.objects.create(
            run=run, key=f"metric.{key}", group="metric", label_en=key, label_ja=key, level="L1",
            verdict=verdict, position=0, numbers={"direction": "more"},
        )  # fmt: skip
    client.force_login(a_user(role="analyst"))
    client.post(URL, {"name": "更新", "goal": "renewal_rate", "start": "evidence"})
    [node] = Tree.objects.get().nodes.exclude(metric=None)
    assert node.metric is not None and node.metric.key == "found"


def test_only_who_may_define_draws(client: Client) -> None:
    client.force_login(a_user(role="csm", language="en"))
    assert "No tree is drawn yet" in client.get(URL).content.decode()
    assert client.post(URL, {"name": "x"}).status_code == 403


def test_the_list_says_how_many_lines_hold(client: Client) -> None:
    tree = a_tree()
    tree.nodes.filter(metric__key="real").update(state="supported")
    client.force_login(a_user(language="en"))
    assert "1 of 3 lines hold" in client.get(URL).content.decode()
