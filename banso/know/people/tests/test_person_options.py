from __future__ import annotations

import pytest
from django.test import Client

from banso.know.people.tests.builders import a_person
from banso.shared.users.tests.builders import a_user


@pytest.mark.django_db
def test_it_offers_names_with_what_tells_them_apart(client: Client) -> None:
    client.force_login(a_user())
    a_person(name="田中 一郎", email="t@example.jp")
    a_person(name="田中 二郎", external_id="U-2")
    page = client.get("/people/options/?person=田中").content.decode()
    assert '<option value="田中 一郎 [t@example.jp]">' in page
    assert '<option value="田中 二郎 [U-2]">' in page
    assert "option" not in client.get("/people/options/").content.decode()
