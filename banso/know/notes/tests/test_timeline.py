from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user


@pytest.mark.django_db
def test_smoke(client: Client) -> None:
    client.force_login(a_user())
    account = an_account()
    answer = client.post(
        f"/notes/of/{account.pk}/add/",
        {"at": "2026-01-01T10:00", "happened": "電話しました", "mood": "1"},
        headers={"HX-Request": "true"},
    )
    assert "電話しました" in answer.content.decode()
    assert "last-contact" in answer.content.decode()
    for path in (f"/notes/of/{account.pk}/?q=電話", f"/customers/{account.pk}/"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "電話しました" in answer.content.decode()
