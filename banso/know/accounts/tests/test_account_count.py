from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user


@pytest.mark.django_db
def test_it_counts_every_match(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    for segment in ("SMB", "SMB", "Mid"):
        an_account(segment=segment)
    assert client.get("/customers/count/?segment=SMB").content.decode().strip() == "2件の顧客"
    assert client.get("/customers/count/").content.decode().strip() == "3件の顧客"
