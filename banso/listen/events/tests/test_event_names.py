from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from banso.listen.events.models import EventName, Feature
from banso.listen.events.tests.builders import an_event_name
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/events/names/"


def page(client: Client, query: str = "", role: str = "analyst") -> str:
    client.force_login(a_user(role=role, language="en"))
    return client.get(f"{URL}{query}").content.decode()


def test_an_empty_page_teaches_to_import(client: Client) -> None:
    assert "Import events" in page(client)


def test_names_are_found_by_each_of_their_names(client: Client) -> None:
    an_event_name("rpt_shr", label_en="Report shared", is_core=True)
    an_event_name("login")
    for query in ("?q=rpt", "?q=report%00", "?core=1"):
        text = page(client, query)
        assert "rpt_shr" in text
        assert "login" not in text
    assert "No event has “zzz” in its name" in page(client, "?q=zzz")


def test_names_are_sorted_as_asked(client: Client) -> None:
    an_event_name("alpha", count=1)
    an_event_name("omega", count=9)
    for query, first in (("", "omega"), ("?sort=count", "alpha"), ("?sort=-name", "omega")):
        text = page(client, query)
        other = "alpha" if first == "omega" else "omega"
        assert text.index(first) < text.index(other)
    assert "omega" in page(client, "?sort=password&page=x")


def test_new_ones_are_marked(client: Client) -> None:
    an_event_name("old", found_at=clock.now() - timedelta(days=30))
    an_event_name("fresh", found_at=clock.now())
    assert page(client).count(">New<") == 1
    text = page(client, "?new=1")
    assert "fresh" in text
    assert 'value="old"' not in text


def test_ticked_ones_go_into_a_feature(client: Client) -> None:
    reports = Feature.objects.create(key="reports", name_en="Reports")
    chosen = [an_event_name(name) for name in ("export", "share")]
    an_event_name("login")
    client.force_login(a_user(role="analyst", language="en"))
    sent = {"action": "feature", "to": "reports", "event": [e.pk for e in chosen]}
    answer = client.post(f"{URL}?q=e", sent, follow=True)
    assert "2 events changed" in answer.content.decode()
    assert set(EventName.objects.filter(feature=reports)) == set(chosen)
    assert Entry.objects.filter(kind="events.grouped").count() == 1
    assert "login" not in page(client, "?feature=reports")
    assert "login" in page(client, "?feature=-")
    client.post(URL, {"action": "feature", "to": "", "event": [chosen[0].pk, "x"]})
    assert EventName.objects.filter(feature=reports).count() == 1
    assert client.post(URL, {"action": "feature", "to": "no"}).status_code == 404


def test_ticked_ones_become_core_actions(client: Client) -> None:
    event = an_event_name()
    client.force_login(a_user(role="manager"))
    client.post(URL, {"action": "core", "event": [event.pk]})
    assert EventName.objects.get().is_core
    client.post(URL, {"action": "uncore", "event": [event.pk]})
    assert not EventName.objects.get().is_core


def test_a_csm_reads_and_changes_nothing(client: Client) -> None:
    event = an_event_name()
    assert "Edit" not in page(client, role="csm")
    assert client.post(URL, {"action": "core", "event": [event.pk]}).status_code == 403


def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reports = Feature.objects.create(key="reports")
    for number in range(60):
        an_event_name(f"e{number}", feature=reports)
    client.force_login(a_user(role="analyst"))
    with django_assert_num_queries(7):
        client.get(URL)
