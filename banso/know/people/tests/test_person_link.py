from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership
from banso.know.people.tests.builders import a_person
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_somebody_known_stands_at_a_second_account(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    person = a_person(an_account(), name="田中 一郎", email="t@example.jp")
    second = an_account()
    address = f"/people/link/{second.pk}/"
    data = {"person": "田中 一郎 [t@example.jp]", "is_key": "on", "influence": ""}
    assert "田中 一郎を追加しました。" in client.post(address, data, follow=True).content.decode()
    client.post(address, data)
    assert Membership.objects.get(account=second).person == person


def test_nobody_meant_is_said(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    page = client.post(f"/people/link/{an_account().pk}/", {"person": "だれか"}).content.decode()
    assert "当てはまる人がいないか、複数います。" in page


def test_others_may_not(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    assert client.get(f"/people/link/{an_account().pk}/").status_code == 403
