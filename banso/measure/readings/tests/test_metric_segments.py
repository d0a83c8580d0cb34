from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from playwright.sync_api import Page

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.rules import GOOD
from banso.measure.metrics.tests.builders import a_metric
from banso.measure.readings.groups import groupings
from banso.measure.readings.tests.builders import a_company, on_the_day
from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def page(client: Client, query: str = "", language: str = "en", key: str = "usage_28d") -> str:
    client.force_login(a_user(language=language))
    with on_the_day():
        return client.get(f"/readings/segments/{key}/{query}").content.decode()


def rows(text: str) -> dict[str, list[str]]:
    """Group -> the cells beside it."""
    body = text.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL):
        cells = [
            " ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        found[cells[0]] = cells[1:]
    return found


def test_a_metric_is_spread_over_the_stages(client: Client) -> None:
    a_company(6)
    found = rows(page(client))
    assert list(found) == ["Adoption", "Onboarding"]
    assert found["Adoption"][0] == "5 of 5"
    assert "–" in found["Adoption"][2]
    assert found["Onboarding"][0] == "1 of 1"
    assert found["Onboarding"][2] == "too few"


def test_each_number_leads_to_the_customers_behind_it(client: Client) -> None:
    a_company(6)
    text = page(client)
    address = unescape(re.findall(r'href="(/customers/\?[^"]+)"', text)[0])
    assert "stage=adoption" in address
    with on_the_day():
        shown = client.get(address).content.decode()
    assert shown.count('<th scope="row" class="list-name">') == 5
    assert "みなと食品 0" in shown and "Customer 5" not in shown


def test_a_past_week_has_its_own_values(client: Client) -> None:
    a_company(6)
    now, then = page(client), page(client, "?week=2025-03-03")
    assert rows(now)["Adoption"] != rows(then)["Adoption"]
    assert "Values as of Monday" in then
    assert rows(page(client, "?week=1999-01-01")) == rows(now), "a week that is none means now"


def test_waits_that_go_on_are_counted_in(client: Client) -> None:
    an_account(signed_up_on="2025-03-03", stage="adoption")
    a_company(6)
    text = page(client, key="days_to_first_event")
    assert rows(text)["Adoption"][0] == "6 of 6 1 not yet"
    assert "Kaplan-Meier" in text


def test_customers_are_told_apart_by_health_owner_and_own_choices(client: Client) -> None:
    define_field(by=None, holder="account", key="tier", kind="choice", choices=["gold", "silver"])
    accounts = a_company(6)
    owner = a_user(name="佐藤 花子")
    Account.objects.filter(pk=accounts[0].pk).update(
        health=90, owner=owner, custom={"tier": "gold"}
    )
    assert rows(page(client, "?by=health"))["Going well"][0] == "1 of 1"
    assert rows(page(client, "?by=owner"))["佐藤 花子"][0] == "1 of 1"
    assert set(rows(page(client, "?by=own_tier"))) == {"gold", "(none)"}
    assert set(rows(page(client, "?by=plan"))) == {"(none)"}
    assert rows(page(client, "?by=currency"))["JPY"][0] == "6 of 6"


@pytest.mark.parametrize(
    ("by", "group", "count"),
    [
        ("health", GOOD, 1),
        ("health", "", 5),
        ("owner", "", 5),
        ("own_tier", "", 5),
        ("stage", "adoption", 5),
    ],
)
def test_the_list_behind_a_group_has_exactly_its_customers(
    client: Client, by: str, group: str, count: int
) -> None:
    define_field(by=None, holder="account", key="tier", kind="choice", choices=["gold", "silver"])
    accounts = a_company(6)
    changed = {"health": 90, "owner": a_user(), "custom": {"tier": "gold"}}
    Account.objects.filter(pk=accounts[0].pk).update(**changed)
    client.force_login(a_user(language="en"))
    pairs = groupings()[by].filter(group).pairs()
    with on_the_day():
        shown = client.get(f"/customers/?{urlencode(pairs)}").content.decode()
    assert shown.count('<th scope="row" class="list-name">') == count


def test_a_metric_that_is_not_there_is_not_found(client: Client) -> None:
    a_metric("none")
    client.force_login(a_user())
    assert client.get("/readings/segments/nothing/").status_code == 404
    assert "No customer has a value yet." in page(client, key="none")


def test_the_chart_links_its_points(client: Client) -> None:
    a_company(6)
    found = re.search(r'<script id="segments" type="application/json">(.*?)</script>', page(client))
    assert found
    [series] = json.loads(found[1])["series"]
    assert [point["value"][4] for point in series["data"]] == [0, 1]
    assert all(point["href"].startswith("/customers/?") for point in series["data"])


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("locale", "width"), [("ja-JP", 390), ("en-US", 1440)])
def test_it_is_drawn_without_faults(
    open_page: Callable[..., Page],
    serious_faults: Callable[[Page], list[str]],
    overflow: Callable[[Page], int],
    live_server: Any,
    locale: str,
    width: int,
) -> None:
    a_company(6)
    opened = open_page(a_user(language=locale[:2]), locale=locale, width=width)
    opened.goto(f"{live_server.url}/readings/segments/usage_28d/?week=2025-06-30")
    opened.wait_for_selector('[data-chart="segments"] svg')
    assert serious_faults(opened) == []
    assert overflow(opened) == 0
