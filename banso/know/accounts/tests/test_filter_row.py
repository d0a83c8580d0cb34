from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def row(client: Client, query: str) -> str:
    answer = client.get(f"/customers/filter-row/?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_kind_of_column_has_its_inputs(client: Client) -> None:
    client.force_login(a_user(name="佐藤 健", language="ja"))
    an_account(industry="製造")
    assert '<option value="製造">' in row(client, "add=industry")
    assert 'name="employees.min"' in row(client, "add=employees")
    assert 'type="date" name="next_renewal.max"' in row(client, "add=next_renewal")
    owners = row(client, "add=owner")
    assert "自分のチーム" in owners
    assert "佐藤 健" in owners


def test_another_way_brings_other_inputs_and_keeps_the_value(client: Client) -> None:
    client.force_login(a_user())
    assert 'name="next_renewal" value="45"' in row(
        client, "add=next_renewal&next_renewal.how=quiet&next_renewal=45"
    )
    assert 'name="next_renewal.min"' not in row(client, "add=next_renewal&next_renewal.how=empty")


def test_an_unknown_column_adds_nothing(client: Client) -> None:
    client.force_login(a_user())
    assert client.get("/customers/filter-row/?add=nonsense").status_code == 204
