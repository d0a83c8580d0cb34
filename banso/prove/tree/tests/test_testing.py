from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.prove.tree.jobs import refresh_trees
from banso.prove.tree.models import EdgeState, Tree
from banso.prove.tree.starting import Sketch
from banso.prove.tree.tests.builders import TODAY, a_node, a_tree, companies, pay
from banso.prove.tree.wording import said
from banso.prove.tree.writes import change_node
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import record
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def refreshed(tree: Tree) -> dict[str, str]:
    with clock.held_at(TODAY):
        refresh_trees()
    return dict(tree.nodes.exclude(parent=None).values_list("metric__key", "state"))


def test_what_goes_with_renewal_holds_and_noise_does_not() -> None:
    companies(800)
    tree = a_tree()
    found = refreshed(tree)
    assert found["real"] == EdgeState.SUPPORTED
    assert found["follows"] == EdgeState.SUPPORTED
    assert found["noise_1"] != EdgeState.SUPPORTED
    card, panel = a_node(tree, "real").evidence, a_node(tree, "follows").evidence
    assert card["family_size"] == panel["family_size"] == 3, "all lines are one family"
    low, high = card["ci95"]
    assert 1 < low < card["estimate"]["value"] < high
    assert panel["n_accounts"] == 800
    assert 0.5 < panel["estimate"]["value"] < 0.7  # 0.8 / sqrt(0.8² + 1)


def test_a_line_drawn_the_wrong_way_does_not_hold() -> None:
    companies(800)
    tree = a_tree(below=(Sketch("real", "less"),))
    assert refreshed(tree) == {"real": EdgeState.REFUTED}
    with_churn = a_tree(goal="churn_rate", below=(Sketch("real", "less"),))
    assert refreshed(with_churn) == {"real": EdgeState.SUPPORTED}
    low, high = a_node(with_churn, "real").evidence["ci95"]
    assert low < high < 1, "the odds ratio is that of churn"


def test_what_moves_after_the_decision_is_suspicious() -> None:
    companies(800)
    tree = a_tree(below=(Sketch("leak"),))
    assert refreshed(tree) == {"leak": EdgeState.LEAK}
    assert "moves after the decision" in said(a_node(tree, "leak"))


def test_twenty_customers_are_told_not_enough_data_yet_with_a_month() -> None:
    companies(20)
    tree = a_tree(below=(Sketch("real", "more", (Sketch("follows"),)),))
    assert set(refreshed(tree).values()) <= {EdgeState.UNKNOWN, EdgeState.SUPPORTED}
    node = a_node(tree, "real")
    assert node.evidence["expected_by"] > TODAY.isoformat()
    assert "Known by about" in said(node)


def test_without_contracts_the_tree_stands() -> None:
    tree = a_tree()
    assert set(refreshed(tree).values()) == {EdgeState.UNTESTED}


@pytest.mark.parametrize("goal", ["nrr", "grr"])
def test_what_goes_with_money_kept_holds_under_nrr_and_grr(goal: str, client: Client) -> None:
    companies(800)
    pay(keep=0.9)
    tree = a_tree(goal=goal, below=(Sketch("real"), Sketch("noise_1"), Sketch("leak")))
    found = refreshed(tree)
    assert (found["real"], found["leak"]) == (EdgeState.SUPPORTED, EdgeState.LEAK)
    assert found["noise_1"] != EdgeState.SUPPORTED
    node = a_node(tree, "real")
    card = node.evidence
    low, high = card["ci95"]
    assert 0.05 < low < card["estimate"]["value"] < high < 0.6
    assert card["family_size"] == 2
    assert card["n_events"] > 0 and card["n_accounts"] <= 800
    poor, rich = card["groups"]
    assert poor["rate"]["high"] < rich["rate"]["low"]
    client.force_login(a_user(role="analyst"))
    address = reverse("tree:tree_detail", args=[tree.pk])
    page = client.get(address, {"node": str(node.pk)}).content.decode()
    assert "Share of the money kept, more for one standard deviation more" in page
    assert "Money kept" in page and "less was paid" in page


def test_a_line_under_nrr_drawn_the_wrong_way_does_not_hold() -> None:
    companies(800)
    pay(keep=0.9)
    tree = a_tree(goal="nrr", below=(Sketch("real", "less"),))
    assert refreshed(tree) == {"real": EdgeState.REFUTED}


def test_money_of_twenty_customers_is_told_not_enough_yet_with_a_month() -> None:
    companies(20)
    pay(keep=0.9)
    tree = a_tree(goal="nrr", below=(Sketch("real"),))
    assert refreshed(tree) == {"real": EdgeState.UNKNOWN}
    node = a_node(tree, "real")
    assert "customers with both figures are needed" in said(node)
    assert node.evidence["expected_by"] > TODAY.isoformat()


def test_contracts_without_amounts_cannot_be_tested_yet() -> None:
    companies(300)
    Subscription.objects.update(mrr_minor=None)
    tree = a_tree(goal="nrr", below=(Sketch("real"),))
    assert refreshed(tree) == {"real": EdgeState.UNKNOWN}
    assert "there are 0" in said(a_node(tree, "real"))


def test_nrr_is_that_of_the_revenue_page() -> None:
    for number, (before, after) in enumerate([(100, 150)] * 8 + [(100, None)] * 4):
        account = an_account()
        start = date(2025, 1, 1)
        for nth, amount in enumerate((before, after)):
            if amount is not None:
                Subscription.objects.create(
                    account=account, external_id=f"{number}-{nth}", mrr_minor=amount,
                    currency="JPY", start=start.replace(year=2025 + nth),
                    end=start.replace(year=2025 + nth, month=12, day=31),
                )  # fmt: skip
    Subscription.objects.create(
        account=an_account(), external_id="new", start=date(2026, 7, 10), mrr_minor=100,
        currency="JPY",
    )  # fmt: skip
    tree = a_tree(goal="nrr", below=())
    with clock.held_at(date(2026, 7, 10)):
        refresh_trees()
    actual = a_node(tree).standing["actual"]
    assert actual["value"] == pytest.approx(1.0)  # 8 x 150 of 12 x 100
    assert actual["low"] < 1 < actual["high"]


def test_the_same_data_are_not_tested_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    companies(60)
    tree = a_tree()
    refreshed(tree)
    before = Tree.objects.get(pk=tree.pk).tested_at
    refreshed(tree)
    assert Tree.objects.get(pk=tree.pk).tested_at == before
    node = a_node(tree, "noise_1")
    change_node(by=tree.created_by, node=node, direction="less", target=None, target_on=None)  # type: ignore[arg-type]
    node.refresh_from_db()
    assert node.state == EdgeState.UNTESTED
    refreshed(tree)
    node.refresh_from_db()
    assert node.state != EdgeState.UNTESTED


def test_new_evidence_tests_the_trees_again_and_a_turn_is_noted() -> None:
    companies(800)
    with clock.held_at(TODAY):
        a_tree()
        record("evidence.finished", by=None, run=1)
        run_owed()
    turned = Entry.objects.get(kind="tree.tested").payload["turned"]
    assert ["real", "untested", "supported"] in turned
