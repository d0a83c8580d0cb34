from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.hypotheses.tests.builders import TODAY, companies
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = reverse("hypotheses:look_ahead")


def ask(client: Client, **given: str) -> str:
    client.force_login(a_user(role="analyst", language="en"))
    with clock.held_at(TODAY):
        response = client.get(URL, {"outcome": "renewal", "smallest": "10"} | given)
    assert response.status_code == 200
    return response.content.decode()


def test_the_smaller_the_difference_the_longer_the_wait(client: Client) -> None:
    companies(300)
    large, small = ask(client, smallest="30"), ask(client, smallest="5")
    assert "not renewed: a first look may come about" in large
    assert large != small
    needed = [
        int(text.split("with about ")[1].split(" ")[0].replace(",", "")) for text in (large, small)
    ]
    assert needed[0] < needed[1]


def test_without_contracts_or_with_nonsense_nothing_is_said(client: Client) -> None:
    assert "a first look" not in ask(client)
    assert "a first look" not in ask(client, smallest="many")
    assert "a first look" not in ask(client, outcome="fame")


def test_only_an_author_asks(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    assert client.get(URL).status_code == 403
