from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from banso.listen.events.models import HiddenProperty
from banso.listen.events.tests.builders import SEEN, a_property, an_event_name
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/events/properties/"


def page(client: Client, query: str = "", role: str = "analyst") -> str:
    client.force_login(a_user(role=role, language="en"))
    return client.get(f"{URL}{query}").content.decode()


def test_an_empty_page_teaches(client: Client) -> None:
    assert "No event carries a property yet" in page(client)


def test_properties_of_all_events_are_one_list(client: Client) -> None:
    an_event_name("export", count=100, properties=[a_property("pages", seen=25)])
    an_event_name("share", count=100, properties=[a_property("pages", seen=25), a_property("to")])
    text = page(client)
    assert "(25% of 200)" in text
    assert text.index("pages") < text.index('value="to"')
    assert 'value="pages"' not in page(client, "?q=TO")
    assert "No property matches" in page(client, "?q=zzz&sort=-type")


def test_those_that_look_personal_are_offered_for_hiding(client: Client) -> None:
    an_event_name(properties=[a_property("email", personal=True), a_property("plan")])
    text = page(client)
    assert "1 property looks personal: email" in text
    assert "Hide them everywhere" in text
    assert 'aria-label="plan"' not in page(client, "?which=personal")
    assert "Hide them everywhere" not in page(client, role="csm")


def test_hidden_ones_stay_in_the_list_without_an_example(client: Client) -> None:
    HiddenProperty.objects.create(prop="to", hidden_at=SEEN["last_seen"])
    an_event_name(properties=[a_property("to", example="secret")])
    text = page(client, "?which=hidden")
    assert "Hidden" in text
    assert "secret" not in text
    assert "stay in the stored files" in text


def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        an_event_name(f"e{number}", properties=[a_property(f"p{number}")])
    client.force_login(a_user(role="analyst"))
    with django_assert_num_queries(5):
        client.get(URL)
