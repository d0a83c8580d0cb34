from __future__ import annotations

import pytest
from django.test import Client

from banso.listen.events.models import HiddenProperty, RefusedEvent
from banso.listen.events.tests.builders import SEEN, a_refused_event
from banso.listen.events.tests.sending import stored
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def analyst(client: Client) -> None:
    client.force_login(a_user(role="analyst", language="en"))


def test_it_is_corrected_and_taken_in(client: Client) -> None:
    refused = a_refused_event('{"event": "login"}', key_name="Web")
    url = f"/events/refused/{refused.pk}/"
    text = client.get(url).content.decode()
    assert "names neither account nor user" in text
    assert "Web" in text
    wrong = client.post(url, {"raw": '{"name": 5, "account": "A"}'})
    assert "Expected `str`" in wrong.content.decode()
    right = client.post(url, {"raw": '{"name": "login", "account": "A"}'})
    assert right.status_code == 302
    assert [event["name"] for event in stored()] == ["login"]


def test_masked_values_are_put_back(client: Client) -> None:
    HiddenProperty.objects.create(prop="mail", hidden_at=SEEN["last_seen"])
    refused = a_refused_event('{"name": "a", "properties": {"mail": "sato@example.jp"}}')
    url = f"/events/refused/{refused.pk}/"
    text = client.get(url).content.decode()
    assert "sato@" not in text
    assert "are masked" in text
    mended = '{"name": "a", "account": "A", "properties": {"mail": "•••1"}}'
    client.post(url, {"raw": mended})
    assert [event["props"] for event in stored()] == ['{"mail":"sato@example.jp"}']


def test_it_is_put_aside(client: Client) -> None:
    refused = a_refused_event()
    client.post(f"/events/refused/{refused.pk}/", {"action": "discard"})
    assert RefusedEvent.objects.get().state == "discarded"
    assert "Take it in" not in client.get(f"/events/refused/{refused.pk}/").content.decode()


def test_one_that_was_cut_says_so(client: Client) -> None:
    refused = a_refused_event(is_cut=True)
    assert "was too long" in client.get(f"/events/refused/{refused.pk}/").content.decode()


def test_a_csm_may_not(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(f"/events/refused/{a_refused_event().pk}/").status_code == 403
