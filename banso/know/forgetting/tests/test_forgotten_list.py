from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.forgetting.tests.builders import somebody_with_events
from banso.know.forgetting.writes import forget_person
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_receipts_are_listed_for_administrators(client: Client) -> None:
    boss = a_user(role="administrator", language="ja")
    client.force_login(boss)
    address = reverse("forgetting:forgotten_list")
    assert "データを削除した人はまだいません" in client.get(address).content.decode()
    person, _account = somebody_with_events()
    receipt = forget_person(
        by=boss, person=person, mode="pseudonymise", everywhere=False, reference="R-7"
    )
    said = client.get(address).content.decode()
    assert reverse("forgetting:forgotten_person", args=[receipt.pk]) in said
    assert "R-7" in said and "仮名化" in said
    client.force_login(a_user(role="csm"))
    assert client.get(address).status_code == 403
