from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.keys.reads import key_for
from banso.shared.keys.tests.builders import a_key
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_revoked_key_opens_nothing_and_stays_listed(client: Client) -> None:
    key, token = a_key()
    client.force_login(a_user(role="administrator", language="ja"))
    page = client.post(f"/settings/keys/{key.pk}/revoke/", follow=True).content.decode()
    assert "無効にしました" in page
    assert key.prefix in page
    assert key_for(token) is None


def test_only_administrators_revoke(client: Client) -> None:
    key, token = a_key()
    client.force_login(a_user(role="manager"))
    assert client.post(f"/settings/keys/{key.pk}/revoke/").status_code == 403
    assert key_for(token) == key
