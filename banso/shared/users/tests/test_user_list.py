from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_an_administrator_sees_everybody(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        a_user(name=f"山田 {number}")
    client.force_login(a_user(role="administrator", language="ja"))
    with django_assert_num_queries(4):
        page = client.get("/settings/users/").content.decode()
    assert "サインインできる人" in page
    assert page.count("山田") == 5


@pytest.mark.parametrize("role", ["manager", "csm", "analyst", "viewer"])
def test_others_do_not(client: Client, role: str) -> None:
    client.force_login(a_user(role=role))
    assert client.get("/settings/users/").status_code == 403
