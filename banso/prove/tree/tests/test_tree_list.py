from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.success.models import Definition
from banso.know.success.tests.builders import a_definition
from banso.know.success.writes import end_success
from banso.measure.metrics.models import MetricDefinition, Summary
from banso.measure.metrics.tests.builders import a_metric
from banso.prove.studies.models import EvidenceRun, Finding
from banso.prove.tree import starting
from banso.prove.tree.models import Tree
from banso.prove.tree.starting import Steps
from banso.prove.tree.tests.builders import a_tree
from banso.shared import clock
from banso.shared.slots import Slot
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


def test_the_steps_that_are_measured_are_hung_in_their_order(client: Client) -> None:
    """The first times of this company, the earliest first."""
    for key, median in (("days_to_b", 40.0), ("days_to_a", 3.0), ("days_to_c", None)):
        metric = a_metric(key, shape="days_to_first", unit="days")
        Summary.objects.create(
            definition=metric, version=1, as_of=clock.today(), accounts=30, n=30, censored=0,
            median=median,
        )  # fmt: skip
    client.force_login(a_user(role="analyst", language="en"))
    page = client.get(URL).content.decode()
    assert "The steps to success that are measured" in page
    client.post(URL, {"name": "成功", "goal": "renewal_rate", "start": "steps.first_times.0"})
    found = Tree.objects.get().nodes.exclude(metric=None).order_by("position")
    assert [
        (n.metric.key, n.direction, n.parent.is_root) for n in found if n.metric and n.parent
    ] == [("days_to_a", "less", True), ("days_to_b", "less", True)]


def test_a_definition_of_success_brings_its_steps(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("trained", "in_daily_use", "approved"):
        a_metric(key)
    steps = Steps("現場での定着", ["trained", "in_daily_use", "approved", "not_here"])
    monkeypatch.setattr(starting, "success_steps", Slot("steps"))
    starting.success_steps.fill("customer", lambda: [steps], order=5)
    client.force_login(a_user(role="analyst", language="en"))
    assert "現場での定着" in client.get(URL).content.decode()
    client.post(URL, {"name": "定着", "goal": "churn_rate", "start": "steps.customer.0"})
    by_key = {n.metric.key: n for n in Tree.objects.get().nodes.exclude(metric=None) if n.metric}
    assert by_key["approved"].parent == Tree.objects.get().nodes.get(parent=None)
    assert by_key["approved"].direction == "less", "churn is the other way round"
    assert by_key["in_daily_use"].parent == by_key["approved"]
    assert by_key["trained"].parent == by_key["in_daily_use"]


def test_a_shared_definition_of_success_becomes_a_tree(client: Client) -> None:
    """From the words on the form to the nodes, the last step next to the goal."""
    for key in ("trained", "in_daily_use", "approved"):
        a_metric(key)
    client.force_login(a_user(role="analyst", language="en"))
    client.post(reverse("success:success_new"), {
        "words": "日報が現場に定着し、会議が要らなくなる", "said_by": "顧客8社への聞き取り",
        "said_on": "2026-04-01",
        "step_words": ["研修を終える", "毎日書く", "承認が画面で済む"],
        "step_metric": ["trained", "in_daily_use", "approved"],
    })  # fmt: skip
    definition = Definition.objects.get()
    page = client.get(URL).content.decode()
    assert "日報が現場に定着し、会議が要らなくなる (3 of 3 steps measured)" in page
    client.post(
        URL, {"name": "定着", "goal": "renewal_rate", "start": f"steps.shared.{definition.pk}"}
    )
    nodes = {n.metric.key: n for n in Tree.objects.get().nodes.exclude(metric=None) if n.metric}
    assert nodes["approved"].parent == Tree.objects.get().nodes.get(parent=None)
    assert nodes["in_daily_use"].parent == nodes["approved"]
    assert nodes["trained"].parent == nodes["in_daily_use"]
    assert {node.direction for node in nodes.values()} == {"more"}


def test_steps_that_cannot_be_drawn_are_named_with_the_reason(client: Client) -> None:
    steps = [("研修を終える", "old"), ("現場で話題になる", "")]
    steps += [(f"段階{n}", f"step_{n}") for n in range(5)]
    for key in ("old", *(f"step_{n}" for n in range(5))):
        a_metric(key)
    definition = a_definition(steps=steps)
    start = f"steps.shared.{definition.pk}"
    MetricDefinition.objects.filter(key="old").update(retired_at=clock.now())
    client.force_login(a_user(role="analyst", language="en"))
    assert "(5 of 7 steps measured)" in client.get(URL).content.decode()
    sent = {"name": "定着", "goal": "renewal_rate", "start": start}
    page = client.post(URL, sent, follow=True).content.decode()
    assert "“研修を終える” was left out: its metric is no longer in use." in page
    assert "“現場で話題になる” was left out: it is not measured yet." in page
    assert "“段階0” was left out: a tree has at most five levels." in page
    drawn = Tree.objects.get().nodes.exclude(metric=None)
    assert set(drawn.values_list("metric__key", flat=True)) == {f"step_{n}" for n in (1, 2, 3, 4)}


def test_a_step_that_is_better_lower_goes_the_other_way(client: Client) -> None:
    a_metric("in_daily_use")
    for key in ("open_troubles", "waiting_days"):
        a_metric(key, better="lower")
    steps = [("毎日書く", "in_daily_use"), ("困りごとが減る", "open_troubles"),
             ("待ち時間が減る", "waiting_days")]  # fmt: skip
    definition = a_definition(steps=steps)
    client.force_login(a_user(role="analyst"))
    start = f"steps.shared.{definition.pk}"
    client.post(URL, {"name": "定着", "goal": "renewal_rate", "start": start})
    drawn = Tree.objects.get().nodes.exclude(metric=None)
    assert dict(drawn.values_list("metric__key", "direction")) == {
        "waiting_days": "less", "open_troubles": "more", "in_daily_use": "less",
    }  # fmt: skip


def test_own_ended_and_unmeasured_definitions_are_no_start(client: Client) -> None:
    a_metric("logins")
    a_definition(an_account(), words="一社の成功", steps=[("書く", "logins")])
    a_definition(words="測っていない成功", steps=[("書く", "")])
    ended = a_definition(words="終わった成功", steps=[("書く", "logins")])
    end_success(by=None, definition=ended, because="x")
    client.force_login(a_user(role="analyst", language="en"))
    page = client.get(URL).content.decode()
    for words in ("一社の成功", "測っていない成功", "終わった成功"):
        assert words not in page
    start = f"steps.shared.{ended.pk}"
    client.post(URL, {"name": "x", "goal": "renewal_rate", "start": start})
    assert not Tree.objects.exists()


def test_only_who_may_define_draws(client: Client) -> None:
    client.force_login(a_user(role="csm", language="en"))
    assert "No tree is drawn yet" in client.get(URL).content.decode()
    assert client.post(URL, {"name": "x"}).status_code == 403


def test_the_list_says_how_many_lines_hold(client: Client) -> None:
    tree = a_tree()
    tree.nodes.filter(metric__key="real").update(state="supported")
    client.force_login(a_user(language="en"))
    assert "1 of 3 lines hold" in client.get(URL).content.decode()
