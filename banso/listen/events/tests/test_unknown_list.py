from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from banso.listen.events.tests.builders import an_unknown_account
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/events/unknown/"


def page(client: Client, query: str = "") -> str:
    client.force_login(a_user(role="csm", language="en"))
    return client.get(f"{URL}{query}").content.decode()


def test_with_none_it_says_so(client: Client) -> None:
    assert "Every event has its customer" in page(client)


def test_a_key_gets_its_customer_by_import_or_by_hand(client: Client) -> None:
    an_unknown_account("X-1")
    assert "/customers/add/" in page(client)
    client.force_login(a_user(role="viewer", language="en"))
    assert "/customers/add/" not in client.get(URL).content.decode()


def test_keys_are_searched_and_sorted(client: Client) -> None:
    an_unknown_account("X-1", count=5)
    an_unknown_account("X-2", count=9)
    text = page(client)
    assert text.index("X-2") < text.index("X-1")
    text = page(client, "?sort=key")
    assert text.index("X-1") < text.index("X-2")
    assert "X-2" not in page(client, "?q=x-1")
    assert "No account key has “zzz” in it" in page(client, "?q=zzz")


def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(60):
        an_unknown_account(f"X-{number}")
    client.force_login(a_user(role="csm"))
    with django_assert_num_queries(6):
        client.get(f"{URL}?page=2&sort=key")
