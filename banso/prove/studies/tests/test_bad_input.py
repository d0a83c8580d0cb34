"""What is no metric, or no company to learn from: named in words on each page, never a number."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.test import Client
from django.urls import reverse

from banso.know.subscriptions.models import Subscription
from banso.prove.studies import gathering
from banso.prove.studies.jobs import run_evidence
from banso.prove.studies.models import Finding
from banso.prove.studies.rules import Candidate
from banso.prove.studies.tests.builders import TODAY, companies, planted_metrics
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("planted")]
Values = Callable[[Any, Any], Any]

# What the metric is, and what the pages must say of it.
METRICS: dict[str, tuple[Values, str, str]] = {
    "constant": (
        lambda lost, noise: np.ones(len(lost)),
        "All these customers have the same value so far.",
        "同じ値",
    ),
    "all missing": (lambda lost, noise: np.full(len(lost), np.nan), "missing", "値"),
    "the outcome": (lambda lost, noise: lost.copy(), "Suspicious", "疑わしい"),
    "the outcome, inverted": (lambda lost, noise: 1 - lost, "Suspicious", "疑わしい"),
    "separates": (lambda lost, noise: noise * 0.01 + 5 * lost, "Suspicious", "疑わしい"),
    "one other": (lambda lost, noise: np.arange(len(lost)) == 3, "", ""),
    "infinite": (lambda lost, noise: np.where(noise > 0, np.inf, -np.inf), "", ""),
    "huge": (lambda lost, noise: noise * 1e300, "", ""),
}


def _with(values: Values) -> Callable[[pa.Table], list[Candidate]]:
    def planted(rows: pa.Table) -> list[Candidate]:
        lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(float)
        noise = np.random.default_rng(5).normal(size=len(lost))
        bad = np.asarray(values(lost, noise), dtype=np.float64)
        made = Candidate("metric.bad", "metric", "number", "bad", "悪い指標", bad, bad)
        return [*planted_metrics(rows), made]

    return planted


def _pages(client: Client, language: str) -> str:
    """Every page of evidence that speaks of it."""
    client.force_login(a_user(role="viewer", language=language))
    finding = Finding.objects.get(key="metric.bad")
    with clock.held_at(TODAY):
        told = [
            client.get(reverse("studies:evidence_list")),
            client.get(reverse("studies:evidence_finding", args=[finding.pk])),
            client.get(reverse("studies:metric_evidence", args=["bad"])),
        ]
    assert [page.status_code for page in told] == [200, 200, 200]
    text = html.unescape("".join(page.content.decode() for page in told))
    assert " nan" not in text.lower() and " inf " not in text.lower()
    return text


@pytest.mark.parametrize("kind", METRICS)
def test_a_metric_that_is_none_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    values, english, japanese = METRICS[kind]
    monkeypatch.setattr(gathering, "metrics_of", _with(values))
    companies(400)
    with clock.held_at(TODAY):
        run_evidence()
    finding = Finding.objects.get(key="metric.bad")
    if kind != "huge":
        assert finding.verdict in ("not_enough_data", "suspicious")
        assert "estimate" not in finding.numbers or finding.verdict == "suspicious"
    assert english in _pages(client, "en")
    assert japanese in _pages(client, "ja")
    real = Finding.objects.get(key="metric.real")
    assert real.verdict == "associated", "one bad metric must not spoil the others"


@pytest.mark.parametrize("outcome", ["renewed", "churned"])
def test_one_outcome_only_is_no_comparison(
    client: Client, monkeypatch: pytest.MonkeyPatch, outcome: str
) -> None:
    monkeypatch.setattr(gathering, "metrics_of", _with(METRICS["huge"][0]))
    companies(300)
    Subscription.objects.update(outcome=outcome)
    with clock.held_at(TODAY):
        run_evidence()
    assert set(Finding.objects.values_list("verdict", flat=True)) == {"not_enough_data"}
    assert "Not enough data yet" in _pages(client, "en")
    assert "まだ判断できません" in _pages(client, "ja")


def test_the_same_decision_many_times_makes_nothing_surer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each contract imported four times: the interval stays that of the customers there are."""
    monkeypatch.setattr(gathering, "metrics_of", _with(lambda lost, noise: noise - 0.3 * lost))
    companies(400)
    with clock.held_at(TODAY):
        run_evidence()
    once = Finding.objects.get(key="account.industry").numbers
    copies = [
        Subscription(
            account_id=s.account_id, external_id=f"{s.external_id}-{i}", start=s.start, end=s.end,
            outcome=s.outcome, plan=s.plan, seats=s.seats,
        )
        for s in Subscription.objects.all()
        for i in range(3)
    ]  # fmt: skip
    Subscription.objects.bulk_create(copies)
    with clock.held_at(TODAY):
        run_evidence()
    again = Finding.objects.filter(key="account.industry").latest("pk").numbers
    assert again["n_accounts"] == once["n_accounts"]
    width = [n["levels"][0]["se"] + n["levels"][1]["se"] for n in (once, again)]
    assert width[1] == pytest.approx(width[0], rel=0.05)
    assert "bad" in _pages_of_last(client)


def _pages_of_last(client: Client) -> str:
    client.force_login(a_user(role="viewer"))
    with clock.held_at(TODAY):
        page = client.get(reverse("studies:metric_evidence", args=["bad"]))
    assert page.status_code == 200
    return page.content.decode()
