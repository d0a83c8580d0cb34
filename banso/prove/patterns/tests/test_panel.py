"""The patterns for this customer's situation, on its page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from banso.know.accounts.tests.builders import an_account
from banso.prove.patterns.models import Pattern
from banso.prove.patterns.situations import patterns_fitting
from banso.prove.patterns.tests.builders import a_pattern
from banso.prove.patterns.writes import mark_used
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def customer_page(client: Client, account_id: int, role: str = "csm") -> str:
    client.force_login(a_user(role=role))
    return client.get(f"/customers/{account_id}/").content.decode()


def test_a_pattern_is_offered_where_the_customer_is_in_its_situation(client: Client) -> None:
    a_pattern(name="製造の型", query="industry=製造")
    a_pattern(name="条件のない型")
    maker, shop = an_account(industry="製造"), an_account(industry="小売")
    said = customer_page(client, maker.pk)
    assert "製造の型" in said
    assert "条件のない型" not in said
    assert f"/use/?customer={maker.pk}" in said
    assert "製造の型" not in customer_page(client, shop.pk)
    assert f"/use/?customer={maker.pk}" not in customer_page(client, maker.pk, "viewer")


def test_one_that_was_used_stays_and_says_that_the_situation_is_over(client: Client) -> None:
    pattern = a_pattern(name="製造の型", query="industry=製造")
    shop = an_account(industry="小売")
    mark_used(by=a_user(), pattern=pattern, account=shop, used_on=clock.today())
    said = customer_page(client, shop.pk)
    assert "製造の型" in said
    assert "no longer in its situation" in said


def test_customers_that_left_and_conditions_that_cannot_be_read_fit_nothing() -> None:
    a_pattern(query="industry=製造")
    a_pattern(query="industry=製造&gone_metric.min=3")
    left, there = an_account(industry="製造", stage="left"), an_account(industry="製造")
    found = list(Pattern.objects.select_related("current").order_by("pk"))
    assert patterns_fitting(found, left) == set()
    assert patterns_fitting(found, there) == {found[0].pk}


def test_many_patterns_cost_no_more_queries_than_few() -> None:
    account = an_account(industry="製造")

    def count() -> int:
        found = list(Pattern.objects.select_related("current"))
        with CaptureQueriesContext(connection) as queries:
            patterns_fitting(found, account)
        return len(queries)

    a_pattern(query="industry=製造")
    few = count()
    for number in range(10):
        a_pattern(query=f"industry=製造&employees.max={number}")
    assert count() == few
