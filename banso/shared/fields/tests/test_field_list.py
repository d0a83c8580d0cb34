from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_fields_of_each_holder_with_what_they_are(client: Client) -> None:
    client.force_login(a_user(role="administrator", language="ja"))
    assert "独自項目はまだありません" in client.get("/settings/fields/").content.decode()
    define_field(
        by=None, holder="account", key="plan", kind="choice", label_ja="プラン", choices=["A", "B"],
        known_when="start",
    )  # fmt: skip
    page = client.get("/settings/fields/").content.decode()
    for said in ("プラン", "plan", "A / B", "「値がわかる時点」が大切な理由"):
        assert said in page


@pytest.mark.parametrize("role", ["manager", "csm", "analyst", "viewer"])
def test_administrators_only(client: Client, role: str) -> None:
    client.force_login(a_user(role=role))
    assert client.get("/settings/fields/").status_code == 403
    assert "/settings/fields/" not in client.get("/customers/").content.decode()
