from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.tests.builders import a_metric, a_summary
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def page(client: Client, role: str = "csm", language: str = "en") -> str:
    client.force_login(a_user(role=role, language=language))
    return client.get("/metrics/").content.decode()


def test_an_empty_page_teaches_to_import(client: Client) -> None:
    assert "Import a file of events" in page(client)
    lake.append(events=a_table(an_event()), source="s")
    lake.compact()
    assert "The first metrics are being computed" in page(client)


def test_each_metric_says_what_it_means_and_how_it_lies(client: Client) -> None:
    a_summary(a_metric(), censored=1)
    a_metric("fresh", name_en="Fresh")
    text = page(client)
    assert "Logins" in text
    assert "How often “login” happened in the last 28 days." in text
    assert "3 of 4" in text
    assert "1 not yet" in text
    assert "2 times" in text
    assert "being computed" in text
    assert "Define a metric" not in text
    assert "Define a metric" in page(client, role="analyst")


def test_queries_do_not_grow_with_metrics(
    client: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(30):
        a_summary(a_metric(f"m{number}"))
    client.force_login(a_user())
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        client.get("/metrics/")


def test_while_a_change_is_computed_the_list_tells_what_the_values_still_are(
    client: Client,
) -> None:
    metric = a_metric(shape="streak", params={"event": "", "period": "week"}, unit="weeks")
    a_summary(metric)
    new = {"version": 2, "unit": "days", "params": {"event": "", "period": "day"}}
    MetricDefinition.objects.filter(pk=metric.pk).update(**new)
    text = page(client)
    assert "For how many weeks in a row" in text
    assert "2 weeks" in text
    MetricDefinition.objects.filter(pk=metric.pk).update(serving_version=2)
    text = page(client)
    assert "For how many days in a row" in text
    assert "2 days" in text
