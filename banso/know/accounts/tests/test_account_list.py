from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user


@pytest.mark.django_db
def test_smoke(client: Client) -> None:
    client.force_login(a_user())
    account = an_account()
    for path in (
        "/customers/",
        "/customers/?industry.how=empty&sort=-mrr",
        f"/customers/{account.pk}/",
        "/customers/add/",
        f"/customers/{account.pk}/edit/",
        f"/customers/{account.pk}/environment/",
        "/customers/filter-row/?add=mrr",
        "/customers/export/",
    ):
        answer = client.get(path)
        assert answer.status_code == 200, path
