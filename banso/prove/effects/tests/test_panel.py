from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.know.subscriptions.models import Subscription
from banso.measure.metrics.models import MetricDefinition
from banso.prove.effects import panel
from banso.prove.effects.kept_rows import kept_rows
from banso.prove.effects.models import Measure, Result
from banso.prove.effects.tests.builders import TODAY, a_measure
from banso.prove.effects.writes import begin_measure
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
KEY = "usage_28d"


@pytest.fixture
def usage(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Use that every customer has in its own height, with a lift after treatment and a drift of
    the treated, as the test sets them.
    """
    given: dict[str, Any] = {"lift": 10.0, "drift": 0.0, "treated": {}}

    def measured(definitions: Any, rows: Any, as_of: Any) -> dict[str, Any]:
        random = np.random.default_rng(2)
        ids = rows["account_id"].to_numpy()
        days = {pk: (d - date(1970, 1, 1)).days for pk, d in given["treated"].items()}
        on = np.array([days.get(int(pk), 10**9) for pk in ids])
        height = 50 + 10 * np.sin(ids) + 0.02 * (as_of - as_of.min())
        lifted = given["lift"] * (as_of > on) + given["drift"] * (on < 10**8) * as_of / 365
        return {KEY: height + lifted + random.normal(size=len(ids))}

    monkeypatch.setattr(panel, "measured", measured)
    begun = TODAY - timedelta(days=900)
    monkeypatch.setattr(panel, "tracked_days", lambda: (begun, TODAY - timedelta(days=1)))
    MetricDefinition.objects.create(
        key=KEY, name_en="Usage", name_ja="利用", shape="count", created_at=clock.now()
    )
    return given


def customers(count: int, treated: int) -> dict[int, date]:
    accounts = Account.objects.bulk_create(
        Account(external_id=f"P-{i}", name=f"P {i}") for i in range(count)
    )
    Subscription.objects.bulk_create(
        Subscription(account=a, external_id=f"PS-{i}", start=TODAY - timedelta(days=1200))
        for i, a in enumerate(accounts)
    )
    return {a.pk: TODAY - timedelta(days=200 + i % 100) for i, a in enumerate(accounts[:treated])}


def answered(usage: dict[str, Any], treated: dict[int, date]) -> Result:
    usage["treated"] = treated
    measure: Measure = a_measure(treated, goal="metric", metric_key=KEY, meaningful=0.2)
    with clock.held_at(TODAY):
        begin_measure(by=None, measure=measure)
        run_owed()
    return Result.objects.get(measure=measure)


def test_a_lift_of_use_is_found(usage: dict[str, Any]) -> None:
    result = answered(usage, customers(120, 40))
    assert (result.verdict, result.level) == ("better", "L3")
    answer = result.numbers["answer"]
    assert answer["low"] < 10 < answer["high"]
    assert result.numbers["counts"] == {"treated": 40, "untreated": 80, "early": 0}
    assert result.numbers["robustness"]["zero"] > result.numbers["robustness"]["significance"] > 0
    distances = [row["distance"] for row in result.numbers["by_distance"]]
    assert min(distances) <= -4 and -1 not in distances


def test_large_customers_that_grow_anyway_are_held_alike(
    usage: dict[str, Any], monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    """The large ones are treated and grow by themselves; treatment changes nothing."""
    count, random = 300, np.random.default_rng(6)
    treated = customers(count, 0)
    ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
    staff = random.integers(10, 500, count)
    for pk, size in zip(ids, staff.tolist(), strict=True):
        Account.objects.filter(pk=pk).update(employees=size)
    chosen = random.random(count) < 0.1 + 0.4 * (staff > 250)
    treated = {pk: TODAY - timedelta(days=200) for pk, c in zip(ids, chosen, strict=True) if c}
    size_of = dict(zip(ids, staff.tolist(), strict=True))

    def grown(definitions: Any, rows: Any, as_of: Any) -> dict[str, Any]:
        noise = np.random.default_rng(2).normal(size=rows.num_rows)
        size = np.array([size_of[int(pk)] for pk in rows["account_id"].to_numpy()])
        return {KEY: 200 + noise + size * (as_of - as_of.min()) / 5000}

    monkeypatch.setattr(panel, "measured", grown)
    result = answered(usage, treated)
    held = [row["en"] for row in result.numbers["used"]]
    assert "Employees" in held
    plain, answer = result.numbers["unadjusted"], result.numbers["answer"]
    assert plain["low"] > 0.5, "as counted the treated seem to gain"
    assert answer["low"] < 0.3 and answer["high"] < plain["value"]
    assert answer["method"] == "did_doubly_robust"
    assert (result.verdict, result.level) != ("better", "L3")
    client.force_login(a_user(role="viewer"))
    page = client.get(reverse("effects:measure_detail", args=[result.measure_id])).content.decode()
    assert "Held alike, as known on that day" in page
    assert "With nothing held alike it would be" in page
    assert "Largest difference before treatment that cannot be ruled out" in page


def test_what_those_who_chose_saw_and_we_do_not_know_leaves_a_candidate(
    usage: dict[str, Any],
) -> None:
    usage["treated"] = treated = customers(120, 40)
    params = {"looked_at": ["account.industry"]}
    measure = a_measure(treated, goal="metric", metric_key=KEY, meaningful=0.2, params=params)
    with clock.held_at(TODAY):
        begin_measure(by=None, measure=measure)
        run_owed()
    result = Result.objects.get(measure=measure)
    assert (result.verdict, result.level) == ("better", "L2")
    assert [row["en"] for row in result.numbers["unseen"]] == ["Industry"]


def test_the_customers_behind_a_metric_have_their_means(
    usage: dict[str, Any], client: Client
) -> None:
    result = answered(usage, customers(60, 20))
    client.force_login(a_user(role="viewer"))
    address = reverse("effects:measure_customers", args=[result.measure_id])
    page = client.get(address, {"result": str(result.pk)}).content.decode()
    assert "Mean since" in page
    rows = kept_rows(result.pk)
    assert rows is not None and rows.num_rows == 60
    ours = rows.slice(0, 20).to_pylist()
    assert all(row["after"] - row["before"] > 5 and row["time_zero"] for row in ours)
    assert rows.slice(20).column("after").null_count == 40
    file = client.get(address, {"result": str(result.pk), "format": "csv"})
    assert b"Mean before" in b"".join(file.streaming_content)  # type: ignore[attr-defined]


def test_less_is_better_where_the_metric_says_so(usage: dict[str, Any]) -> None:
    MetricDefinition.objects.update(better="lower")
    assert answered(usage, customers(120, 40)).verdict == "worse"


def test_groups_that_were_drifting_apart_are_refused(usage: dict[str, Any]) -> None:
    usage |= {"lift": 0.0, "drift": 8.0}
    result = answered(usage, customers(120, 40))
    assert (result.verdict, result.level) == ("refused", "L0")
    assert result.numbers["answer"]["reason"] == "pre_trend"


def test_a_handful_of_treated_get_a_permutation_and_no_verdict(usage: dict[str, Any]) -> None:
    result = answered(usage, customers(60, 5))
    assert (result.verdict, result.level) == ("unclear", "L0")
    assert result.numbers["answer"]["reason"] == "too_few_treated"
    assert result.numbers["permutation_p"] < 0.05


def test_when_everybody_got_it_at_once_nothing_can_be_compared(usage: dict[str, Any]) -> None:
    treated = dict.fromkeys(customers(40, 40), TODAY - timedelta(days=200))
    assert answered(usage, treated).numbers["answer"]["reason"] == "no_comparison"


def test_without_usage_it_says_so() -> None:
    measure = a_measure(customers(20, 10), goal="metric", metric_key="gone", meaningful=0.2)
    with clock.held_at(TODAY):
        begin_measure(by=None, measure=measure)
        run_owed()
    assert Result.objects.get(measure=measure).numbers["answer"]["reason"] == "no_usage"
