from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from banso.listen.events.models import HiddenProperty, RefusedEvent
from banso.listen.events.tests.builders import SEEN, a_refused_event, a_source
from banso.listen.events.tests.sending import stored
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/events/refused/"
GOOD = '{"account": "A-1", "name": "login", "time": 1741136400}'


def page(client: Client, query: str = "", language: str = "en") -> str:
    client.force_login(a_user(role="analyst", language=language))
    return client.get(f"{URL}{query}").content.decode()


def test_with_none_it_says_so(client: Client) -> None:
    assert "Nothing was refused" in page(client)


def test_they_are_grouped_by_reason_with_what_to_do(client: Client) -> None:
    a_refused_event('{"name": "one"}', key_name="Web")
    a_refused_event('{"name": "two"}', code="time", reason="$.time: Invalid RFC3339")
    text = page(client)
    for said in ("No customer named", "Time cannot be read", "Web", "{&quot;name&quot;: &quot;one"):
        assert said in text
    assert "two" not in page(client, "?code=no_account")
    assert "two" in page(client, "?q=RFC3339")
    assert "No refused event matches" in page(client, "?q=zzz")
    assert "顧客が指定されていません" in page(client, language="ja")


def test_senders_and_states_are_told_apart(client: Client) -> None:
    a_refused_event("from-product")
    other = a_source("other", refused=1)
    a_refused_event("from-other", source=other, state="discarded")
    assert "from-other" not in page(client)
    assert "from-other" in page(client, f"?state=discarded&source={other.pk}")
    RefusedEvent.objects.update(state="discarded")
    assert "Nothing is left to do" in page(client)


def test_values_of_hidden_properties_are_masked(client: Client) -> None:
    a_refused_event('{"properties": {"mail": "sato@example.jp"}}')
    assert "sato@" in page(client)
    HiddenProperty.objects.create(prop="mail", hidden_at=SEEN["last_seen"])
    text = page(client)
    assert "sato@" not in text
    assert "•••1" in text


def test_ticked_ones_are_tried_again_or_put_aside(client: Client) -> None:
    good, bad, other = a_refused_event(GOOD), a_refused_event("{"), a_refused_event(GOOD)
    client.force_login(a_user(role="analyst", language="en"))
    sent = {"action": "retry", "refused": [good.pk, bad.pk]}
    answer = client.post(URL, sent, follow=True)
    assert "1 taken in, 1 still refused" in answer.content.decode()
    client.post(URL, {"action": "discard", "refused": [other.pk, "x"]})
    states = RefusedEvent.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["retried", "open", "discarded"]
    assert len(stored()) == 1


def test_all_of_a_reason_at_once(client: Client) -> None:
    for _ in range(3):
        a_refused_event(GOOD)
    kept = a_refused_event("{", code="malformed")
    client.force_login(a_user(role="manager"))
    client.post(f"{URL}?code=no_account", {"action": "discard", "all": "1"})
    assert list(RefusedEvent.objects.filter(state="open")) == [kept]


def test_who_may_not_define_may_not_look(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(URL).status_code == 403


def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(60):
        a_refused_event()
    client.force_login(a_user(role="analyst"))
    with django_assert_num_queries(10):
        client.get(URL)
