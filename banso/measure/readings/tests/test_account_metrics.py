from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.listen.events.models import HiddenProperty
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.tests.builders import a_metric
from banso.measure.metrics.writes.courses import compute_courses
from banso.measure.readings.tests.builders import NOON, a_company, a_year, arrived, on_the_day
from banso.shared import clock
from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def page(client: Client, account: Account, query: str = "", language: str = "en") -> str:
    client.force_login(a_user(language=language))
    with on_the_day():
        return client.get(f"/readings/customers/{account.pk}/{query}").content.decode()


def chart(text: str, key: str) -> dict[str, Any]:
    found = re.search(rf'<script id="chart-{key}" type="application/json">(.*?)</script>', text)
    assert found
    drawn: dict[str, Any] = json.loads(found[1])
    return drawn


def test_a_metric_is_drawn_over_its_own_band(client: Client) -> None:
    busy = a_company(2)[0]
    text = page(client, busy)
    [line] = chart(text, "usage_28d")["series"]
    low, high = (edge["yAxis"] for edge in line["markArea"]["data"][0])
    assert low < line["markLine"]["data"][0]["yAxis"] < high
    assert line["data"][-1]["symbol"] == "triangle"
    assert line["data"][-1]["value"] > high
    assert "How often any event happened in the last 28 days." in text
    assert "Now above that." in text
    assert "outside the customer&#x27;s usual range now" in text or "outside the customer's" in text


def test_few_weeks_have_no_band_yet(client: Client) -> None:
    account = an_account(external_id="new", signed_up_on="2025-01-06")
    arrived(*a_year(account)[-20:])
    text = page(client, account)
    assert "Not enough weeks yet for a usual range" in text
    assert "markArea" not in text


def test_what_is_the_same_each_week_has_a_line_without_chart(client: Client) -> None:
    text = page(client, a_company(2)[1])
    assert "The same every week" in text
    assert 'id="chart-days_to_first_event"' not in text


def test_metrics_are_chosen(client: Client) -> None:
    account = a_company(2)[0]
    text = page(client, account, "?metric=usage_28d&metric=nothing")
    assert text.count('data-chart="') == 1
    assert 'data-chart="chart-usage_28d"' in text
    assert 'value="active_users_28d"' in text, "the others are offered"


def test_a_metric_of_a_hidden_property_is_not_there(client: Client) -> None:
    account = a_company(2)[0]
    a_metric("sum_salary", shape="property_sum", params={"event": "login", "property": "salary"})
    assert "sum_salary" in page(client, account)
    HiddenProperty.objects.create(prop="salary", hidden_at=clock.now())
    assert "sum_salary" not in page(client, account)


def test_a_customer_without_events_is_told_what_to_do(client: Client) -> None:
    text = page(client, an_account())
    assert "No metric with a value yet" in text
    assert "/events/" in text


def test_it_is_in_japanese(client: Client) -> None:
    text = page(client, a_company(2)[0], language="ja")
    assert "利用の推移" in text
    assert "いつもは" in text


def test_all_metrics_cost_as_many_queries_as_one(client: Client) -> None:
    account = a_company(2)[0]
    with on_the_day():
        compute_courses()
    keys = MetricDefinition.objects.values_list("key", flat=True)
    asked = []
    for query in ("?metric=usage_28d", "?" + "&".join(f"metric={key}" for key in keys)):
        page(client, account, query)
        with CaptureQueriesContext(connection) as queries:
            page(client, account, query)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 40  # signing in is counted too


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locale", "width"), [("ja-JP", 1440), ("en-US", 390)])
def test_it_is_drawn_without_faults(
    open_page: Callable[..., Page],
    serious_faults: Callable[[Page], list[str]],
    overflow: Callable[[Page], int],
    live_server: Any,
    monkeypatch: pytest.MonkeyPatch,
    locale: str,
    width: int,
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)  # the server answers from other threads
    account, user = a_company(2)[0], a_user(language="ja" if locale == "ja-JP" else "en")
    assert isinstance(user, User)
    opened = open_page(user, locale=locale, width=width)
    opened.goto(f"{live_server.url}/readings/customers/{account.pk}/")
    opened.wait_for_selector('[data-chart="chart-usage_28d"] svg')
    assert serious_faults(opened) == []
    assert overflow(opened) == 0
