from __future__ import annotations

import pytest
from django.test import Client

from banso.measure.readings.tests.builders import a_company, on_the_day
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def page(client: Client, query: str = "", language: str = "en") -> str:
    client.force_login(a_user(language=language))
    with on_the_day():
        return client.get(f"/readings/export/{query}").content.decode()


def test_weeks_and_form_are_chosen(client: Client) -> None:
    a_company(2)
    text = page(client)
    assert '<option value="2025-06-30" selected>' in text
    assert '<option value="2025-01-13"' in text
    assert 'formaction="/readings/export/values.parquet"' in text
    assert "指標を出力する" in page(client, language="ja")


def test_a_range_that_ends_before_it_begins_is_told(client: Client) -> None:
    a_company(2)
    text = page(client, "?first=2025-06-30&last=2025-06-02")
    assert "The last week is before the first." in text


def test_without_events_there_is_nothing_to_take(client: Client) -> None:
    assert "There is no whole week of events yet" in page(client)


def test_the_list_of_metrics_leads_here(client: Client) -> None:
    a_company(2)
    client.force_login(a_user(language="en"))
    assert "/readings/export/" in client.get("/metrics/").content.decode()
