from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user


@pytest.mark.django_db
def test_it_offers_names_with_their_ids(client: Client) -> None:
    client.force_login(a_user())
    an_account(name="みどり商事", external_id="M-1")
    an_account(name="あおば製作所")
    page = client.get("/customers/options/?for=parent&parent=みどり").content.decode()
    assert '<option value="みどり商事 [M-1]">' in page
    assert "あおば" not in page
    assert "option" not in client.get("/customers/options/?for=parent&parent=").content.decode()
