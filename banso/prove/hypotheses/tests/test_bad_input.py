"""What is no metric, or no company to learn from: named in words, never a direction."""

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
from banso.prove.hypotheses import measuring
from banso.prove.hypotheses.models import Hypothesis, Result
from banso.prove.hypotheses.reads import ledger_state
from banso.prove.hypotheses.tests.builders import TODAY, an_hypothesis, check_on, companies
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
Values = Callable[[Any, Any], Any]

WAITS, LEAKS = Result.WAITING, Result.LEAK
SAME = "All these customers have the same value so far.", "同じ値"
UNKNOWN = "of the decisions the value is unknown; 40% at most may be missing.", "値が分かりません"
FAULTLESS = "almost without fault", "ほぼ完全に"
# What the metric is, what its check says, and the words for it.
METRICS: dict[str, tuple[Values, Result | None, tuple[str, str]]] = {
    "constant": (lambda lost, noise: np.ones(len(lost)), WAITS, SAME),
    "one other": (lambda lost, noise: np.arange(len(lost)) == 3, WAITS, SAME),
    "all missing": (lambda lost, noise: np.full(len(lost), np.nan), WAITS, UNKNOWN),
    "most missing": (lambda lost, noise: np.where(noise > 1, noise, np.nan), WAITS, UNKNOWN),
    "infinite": (lambda lost, noise: np.where(noise > 0, np.inf, -np.inf), WAITS, UNKNOWN),
    "the outcome": (lambda lost, noise: lost.copy(), LEAKS, FAULTLESS),
    "the outcome, inverted": (lambda lost, noise: 1 - lost, LEAKS, FAULTLESS),
    "separates": (lambda lost, noise: noise * 0.01 + 5 * lost, LEAKS, FAULTLESS),
    "huge": (lambda lost, noise: noise * 1e300, None, ("", "")),
}


def plant(monkeypatch: pytest.MonkeyPatch, values: Values) -> None:
    def planted(definitions: Any, rows: pa.Table, *, as_of: Any) -> dict[str, tuple[Any, Any]]:
        lost = rows["not_renewed"].to_numpy(zero_copy_only=False).astype(float)
        noise = np.random.default_rng(5).normal(size=len(lost))
        made = np.asarray(values(lost, noise), dtype=np.float64)
        return {d.key: (made, np.zeros(len(made), dtype=bool)) for d in definitions}

    monkeypatch.setattr(measuring, "raw_values", planted)


def pages(client: Client, hypothesis: Hypothesis, language: str) -> str:
    """Every page that speaks of it."""
    client.force_login(a_user(role="viewer", language=language))
    detail = reverse("hypotheses:hypothesis_detail", args=[hypothesis.pk])
    told = []
    with clock.held_at(TODAY):
        for address in (reverse("hypotheses:hypothesis_list"), detail, f"{detail}?new=1"):
            page = client.get(address)
            assert page.status_code == 200
            told.append(page.content.decode())
        b"".join(client.get(detail, {"format": "csv"}))
    text = html.unescape("".join(told))
    assert " nan" not in text.lower() and " inf " not in text.lower()
    return text


@pytest.mark.parametrize("kind", METRICS)
def test_a_metric_that_is_none_is_named(
    client: Client, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    values, result, (english, japanese) = METRICS[kind]
    plant(monkeypatch, values)
    companies(800)
    hypothesis = an_hypothesis()
    check = check_on()
    text = pages(client, hypothesis, "en")
    assert english in text
    assert japanese in pages(client, hypothesis, "ja")
    if result is None:
        assert check.result != Result.FOUND
    else:
        assert check.result == result
        assert "data-chart" not in text
        assert "Odds ratio</dt>" not in text and "Difference of the rates" not in text
    assert ledger_state().holds


@pytest.mark.parametrize("outcome", ["renewed", "churned"])
def test_one_outcome_only_is_no_comparison(client: Client, outcome: str) -> None:
    companies(800)
    Subscription.objects.update(outcome=outcome)
    hypothesis = an_hypothesis()
    check = check_on()
    assert (check.result, check.figures.get("new")) == (WAITS, None)
    text = pages(client, hypothesis, "en")
    assert "Not enough data yet" in text
    assert "data-chart" not in text


def test_the_same_decision_many_times_makes_nothing_surer() -> None:
    """Each contract imported four times: the interval stays that of the customers there are."""
    companies(800)
    an_hypothesis()
    once = check_on().figures["all"]
    copies = [
        Subscription(
            account_id=s.account_id, external_id=f"{s.external_id}-{i}", start=s.start, end=s.end,
            outcome=s.outcome, plan=s.plan, seats=s.seats,
        )
        for s in Subscription.objects.all()
        for i in range(3)
    ]  # fmt: skip
    Subscription.objects.bulk_create(copies)
    an_hypothesis(statement="again")
    again = check_on().figures["all"]
    assert again["n_accounts"] == once["n_accounts"]
    assert again["se"] == pytest.approx(once["se"], rel=0.05)
