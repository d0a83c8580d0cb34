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
from banso.prove.effects import holdouts, jobs, metric_holdouts
from banso.prove.effects.models import Assigned, HoldOut, Measure, Result
from banso.prove.effects.tests.builders import ASKED, TODAY
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
KEY = "usage_28d"
LOOK = TODAY + timedelta(days=84)


@pytest.fixture
def usage(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Use in each customer's own height; what is drawn to be treated gains ``lift`` afterwards.

    Key and ids are always the same, and so is the draw: one in twenty intervals misses the truth.
    """
    monkeypatch.setattr(holdouts, "token_hex", lambda size: "7" * 2 * size)
    given: dict[str, Any] = {"lift": 8.0, "until": LOOK}

    def measured(definitions: Any, rows: Any, as_of: Any) -> dict[str, Any]:
        ids = rows["account_id"].to_numpy()
        day = int(as_of[0]) if len(as_of) else 0
        noise = np.random.default_rng(day).normal(size=len(ids)) * 3
        treated = Assigned.objects.filter(is_held_out=False)
        lifted = np.isin(ids, list(treated.values_list("account", flat=True)))
        after = day > (TODAY - date(1970, 1, 1)).days
        return {KEY: 50 + 10 * np.sin(ids) + noise + given["lift"] * lifted * after}

    monkeypatch.setattr(metric_holdouts, "measured", measured)
    begun = TODAY - timedelta(days=500)
    monkeypatch.setattr(metric_holdouts, "tracked_days", lambda: (begun, given["until"]))
    MetricDefinition.objects.create(
        key=KEY, name_en="Usage", name_ja="利用", shape="count", created_at=clock.now()
    )
    return given


def customers(count: int) -> None:
    accounts = Account.objects.bulk_create(
        Account(pk=70_000 + i, external_id=f"H-{i}", name=f"H {i}") for i in range(count)
    )
    Subscription.objects.bulk_create(
        Subscription(account=a, external_id=f"HS-{i}", start=TODAY - timedelta(days=600))
        for i, a in enumerate(accounts)
    )


def drafted(client: Client, **given: Any) -> Measure:
    asked = ASKED | {"goal": "metric", "metric_key": KEY, "share": "30", "segment": ""} | given
    with clock.held_at(TODAY):
        client.post(f"{reverse('effects:measure_new')}?origin=holdout", asked)
    return Measure.objects.latest("pk")


def begun(client: Client) -> HoldOut:
    measure = drafted(client)
    with clock.held_at(TODAY):
        client.post(reverse("effects:measure_check", args=[measure.pk]))
    return HoldOut.objects.get(measure=measure)


def look_on(day: date) -> list[Result]:
    with clock.held_at(day):
        jobs.ask_for_due()
        run_owed()
    return list(Result.objects.order_by("pk"))


@pytest.fixture
def author(client: Client) -> Client:
    client.force_login(a_user(role="analyst", language="en"))
    return client


def test_a_lift_of_the_metric_is_shown_once_on_its_day(
    usage: dict[str, Any], author: Client
) -> None:
    customers(400)
    holdout = begun(author)
    assert holdout.looks == [{"on": LOOK.isoformat(), "information": 1.0}]
    assert (holdout.units, holdout.held_out) == (400, 120)
    assert holdout.smallest is not None and holdout.smallest < 0.2
    assert look_on(LOOK - timedelta(days=1)) == [], "nothing is shown in between"
    [result] = look_on(LOOK)
    assert (result.verdict, result.level) == ("better", "L4")
    assert result.numbers["answer"]["low"] < 8 < result.numbers["answer"]["high"]
    assert result.numbers["treated"]["n"] == 280
    assert look_on(LOOK + timedelta(days=9)) == [result], "it is looked at once"
    page = author.get(reverse("effects:measure_detail", args=[holdout.measure_id]))
    text = page.content.decode()
    assert "Shown by random draw: twelve weeks later" in text
    assert "standard deviations of the metric will not be seen" in text


def test_nothing_is_told_as_nothing(usage: dict[str, Any], author: Client) -> None:
    usage["lift"] = 0.0
    customers(400)
    begun(author)
    [result] = look_on(LOOK)
    assert result.verdict in ("none", "unclear") and result.level in ("L-", "L0")
    assert result.numbers["answer"]["low"] < 0 < result.numbers["answer"]["high"]


def test_the_look_waits_for_usage_of_that_day(usage: dict[str, Any], author: Client) -> None:
    customers(400)
    usage["until"] = LOOK - timedelta(days=5)
    holdout = begun(author)
    assert look_on(LOOK) == []
    with clock.held_at(LOOK):
        address = reverse("effects:measure_detail", args=[holdout.measure_id])
        assert "waits for the usage events" in author.get(address).content.decode()


def test_too_few_customers_cannot_be_drawn(usage: dict[str, Any], author: Client) -> None:
    customers(20)
    measure = drafted(author)
    with clock.held_at(TODAY):
        address = reverse("effects:measure_check", args=[measure.pk])
        page = author.get(address).content.decode()
        author.post(address)
    assert "at least 40 customers with a running contract" in page
    assert not HoldOut.objects.exists()


def test_a_metric_that_is_gone_cannot_be_looked_at(usage: dict[str, Any], author: Client) -> None:
    customers(400)
    begun(author)
    MetricDefinition.objects.all().delete()
    assert look_on(LOOK) == []
