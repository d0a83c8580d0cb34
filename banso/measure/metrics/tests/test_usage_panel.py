from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import RequestFactory
from django.utils import translation

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.metrics.account_columns import last_event, metric_columns
from banso.measure.metrics.account_columns import measures as of_page
from banso.measure.metrics.charts import sparkline
from banso.measure.metrics.panels import usage
from banso.measure.metrics.tests.builders import a_metric, measures

pytestmark = pytest.mark.django_db


def panel(account: Account) -> str:
    with translation.override("en"):
        return usage(RequestFactory().get("/"), account)


def test_values_with_their_weeks_and_the_last_event(
    django_assert_num_queries: Callable[[int], object],
) -> None:
    account = an_account()
    a_metric()
    a_metric("wait", name_en="Days to first report", shape="days_to_first", unit="days")
    a_metric("none", name_en="Nothing known")
    measures(account, logins=12.0, wait=(40.0, True), none=None)
    with django_assert_num_queries(2):  # type: ignore[attr-defined]
        text = panel(account)
    assert "12 times" in text
    assert "Not yet (40 days so far)" in text
    assert "Nothing known" not in text
    assert text.count("<svg") == 1
    assert "27 June 2025" in text or "June 27, 2025" in text or "27 Jun 2025" in text
    assert "style=" not in text


def test_a_customer_without_events_is_told() -> None:
    assert "No usage event of this customer has arrived." in panel(an_account())


def test_sparkline_breaks_where_there_is_no_value() -> None:
    assert len(sparkline([1, 2, None, 3, 4])) == 2
    assert sparkline([1, None]) == []
    assert sparkline([2, 2, 2])[0].split()[0] == "2.0,12.0"


def test_metrics_are_columns_of_the_customer_list() -> None:
    a_metric()
    a_metric("change", unit="change")
    low, high, none = an_account(), an_account(), an_account()
    measures(low, logins=3.0)
    measures(high, logins=12.0, change=-0.4)
    measures(none, logins=(9.0, True))
    columns = metric_columns()
    found = of_page([low.pk, high.pk])
    assert columns["metric_logins"].value(found[high.pk]) == 12.0
    assert columns["metric_change"].kind.is_number
    assert columns["metric_change"].value(found[low.pk]) is None
    assert columns["metric_logins"].value(of_page([none.pk])[none.pk]) is None
    by = columns["metric_change"].by
    ordered = Account.objects.annotate(by=by).exclude(by=None)
    assert list(ordered) == [high]
    assert last_event().value(found[low.pk]).month == 6
