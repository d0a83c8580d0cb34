from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.measure.metrics.models import MetricDefinition, MetricVersion, Refresh, WeeklyCourse
from banso.measure.metrics.tests.builders import TODAY, a_metric, a_summary
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def page(client: Client, metric: MetricDefinition, role: str = "csm") -> str:
    client.force_login(a_user(role=role, language="en"))
    with clock.held_at(TODAY):
        return client.get(f"/metrics/{metric.key}/").content.decode()


def a_course(metric: MetricDefinition, weeks: int, **fields: object) -> None:
    for week in range(weeks):
        day = TODAY - timedelta(days=7 * week)
        spread = {"n": 3, "censored": 0, "q1": 1, "median": week, "q3": 9}
        WeeklyCourse.objects.create(definition=metric, version=1, day=day, **spread | fields)


def test_a_metric_is_explained_and_drawn(client: Client) -> None:
    metric, account = a_metric(), an_account(name="みなと食品")
    a_summary(metric, highest=[[account.pk, 14.0], [99999, 1.0]], lowest=[[account.pk, 14.0]])
    a_course(metric, 3)
    text = page(client, metric)
    assert "How often “login” happened in the last 28 days." in text
    assert "3 of 4 customers have a value." in text
    assert "The median is 2 times; half of them lie between 1.5 times and 8 times." in text
    assert f"/customers/{account.pk}/" in text
    assert "5 times or more" in text
    assert "version 1" in text
    assert text.count('data-chart="') == 2
    assert "/edit/" not in text
    assert "/edit/" in page(client, metric, role="manager")


def test_without_a_median_the_page_says_why(client: Client) -> None:
    metric = a_metric(shape="days_to_first", params={"event": "login"}, unit="days", better="lower")
    a_summary(metric, censored=2, q1=3.0, median=None, q3=None)
    text = page(client, metric)
    assert "2 of them have not got there yet" in text
    assert "Fewer than half have got there" in text


def test_progress_is_shown_until_the_first_event(client: Client) -> None:
    Refresh.objects.create(pk=1, first_day=date(2025, 6, 10))
    metric = a_metric()
    a_summary(metric)
    a_course(metric, 1)
    assert "1 of 3 weeks" in page(client, metric)
    a_course_of_two_more = TODAY - timedelta(days=7), TODAY - timedelta(days=14)
    for day in a_course_of_two_more:
        WeeklyCourse.objects.create(definition=metric, version=1, day=day, n=0, censored=0)
    assert "weeks</p>" not in page(client, metric)


def test_the_version_before_is_drawn_until_the_new_one_is_computed(client: Client) -> None:
    Refresh.objects.create(pk=1, first_day=date(2025, 6, 10))
    metric = a_metric()
    a_summary(metric)
    a_course(metric, 3, q3=77)
    MetricDefinition.objects.update(version=2)
    text = page(client, metric)
    assert "0 of 3 weeks" in text
    assert "77 times" in text


def test_the_version_that_serves_has_its_own_unit(client: Client) -> None:
    metric = a_metric(shape="streak", params={"event": "", "period": "week"}, unit="weeks")
    a_summary(metric)
    MetricVersion.objects.create(
        definition=metric,
        version=2,
        shape="streak",
        params={"event": "", "period": "day"},
        at=metric.created_at,
    )
    MetricDefinition.objects.update(
        version=2, serving_version=1, unit="days", params={"event": "", "period": "day"}
    )
    Refresh.objects.create(pk=1, first_day=date(2025, 6, 10))
    text = page(client, metric)
    assert "The median is 2 weeks" in text
    assert "version 1 until then" in text
    assert "Counted in: Weeks → Days" in text


def test_an_unknown_metric_is_not_found(client: Client) -> None:
    client.force_login(a_user())
    assert client.get("/metrics/nothing/").status_code == 404
