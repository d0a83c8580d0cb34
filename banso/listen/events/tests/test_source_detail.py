from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from banso.listen.events.models import ArrivalWarning, Source
from banso.listen.events.rhythm.writes import watch_sources
from banso.listen.events.tests.builders import a_source as a_plain_source
from banso.listen.events.tests.test_watching import a_source, at
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
NOW = "2025-04-09 16:10"


def test_a_silent_source_shows_its_days_and_the_rule(client: Client) -> None:
    source = a_source("2025-04-09 11:00")
    client.force_login(a_user(role="analyst", language="en"))
    with clock.held_at(at(NOW)):
        watch_sources()
        text = client.get(f"/events/sources/{source.pk}/").content.decode()
        table = client.get(f"/events/sources/{source.pk}/?format=csv").getvalue().decode()
    for said in ("nothing since", "Usual by this time", "When does Banso warn?", "Day off"):
        assert said in text
    assert table.count("\n") == 57
    assert "2025-03-20,0,Yes" in table


def test_a_leap_that_is_over_is_remembered(client: Client) -> None:
    source = a_plain_source()
    found = {"expected": 100, "low": 80, "high": 120, "found": 900, "basis": 8}
    moments = {"since": source.last_at, "raised_at": source.last_at, "resolved_at": source.last_at}
    for kind in ("more", "less"):
        ArrivalWarning.objects.create(source=source, kind=kind, **found, **moments)
    client.force_login(a_user(role="csm", language="en"))
    text = client.get(f"/events/sources/{source.pk}/").content.decode()
    assert "at least 900 events" in text
    assert "far fewer than usual: 100 (80–120) on the last 8 comparable days" in text
    assert "Do not watch" not in text


def test_watching_is_switched_off_and_on(client: Client) -> None:
    source = a_plain_source()
    url = f"/events/sources/{source.pk}/"
    client.force_login(a_user(role="analyst", language="en"))
    client.post(url, {"watched": "0"})
    assert not Source.objects.get().is_watched
    assert "Not watched" in client.get(url).content.decode()
    client.post(url, {"watched": "1"})
    assert Source.objects.get().is_watched
    client.force_login(a_user(role="csm"))
    assert client.post(url, {"watched": "0"}).status_code == 403


def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    source = a_source("2025-04-09 11:00")
    client.force_login(a_user(role="analyst"))
    with clock.held_at(at(NOW) + timedelta(minutes=1)), django_assert_num_queries(10):
        client.get(f"/events/sources/{source.pk}/")
