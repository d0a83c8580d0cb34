from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from banso.listen.events.models import Feature
from banso.listen.events.tests.builders import an_event_name
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/events/features/"


def test_features_are_added_and_counted(client: Client) -> None:
    client.force_login(a_user(role="analyst", language="en"))
    assert "No features yet" in client.get(URL).content.decode()
    client.post(URL, {"name_en": "Daily reports", "name_ja": "日報", "key": ""})
    client.post(URL, {"name_en": "Daily reports", "name_ja": "", "key": ""})
    client.post(URL, {"name_ja": "日報", "name_en": "", "key": ""})
    keys = set(Feature.objects.values_list("key", flat=True))
    assert keys == {"daily-reports", "daily-reports-2", "feature"}
    assert Entry.objects.filter(kind="feature.saved").count() == 3
    an_event_name(feature=Feature.objects.get(key="daily-reports"), count=1234)
    text = client.get(f"{URL}?sort=-volume").content.decode()
    assert "1,234" in text
    assert "No feature has “zzz” in its name" in client.get(f"{URL}?q=zzz").content.decode()


def test_a_feature_needs_a_name_and_a_key_of_its_own(client: Client) -> None:
    client.force_login(a_user(role="analyst", language="en"))
    assert "Give the feature a name" in client.post(URL, {"key": "x"}).content.decode()
    Feature.objects.create(key="reports")
    answer = client.post(URL, {"name_en": "R", "key": "reports"})
    assert "already exists" in answer.content.decode()


def test_a_csm_may_look_only(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(URL).status_code == 200
    assert client.post(URL, {"name_en": "R"}).status_code == 403


def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        Feature.objects.create(key=f"f{number}")
    client.force_login(a_user(role="analyst"))
    with django_assert_num_queries(5):
        client.get(URL)
