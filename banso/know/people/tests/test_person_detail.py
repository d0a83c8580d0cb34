from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_it_says_who_and_where(client: Client) -> None:
    define_field(by=None, holder="person", key="hobby", kind="text", label_ja="趣味")
    client.force_login(a_user(language="ja", role="viewer"))
    person = a_person(
        an_account(name="みどり商事"), name="田中 一郎", title="部長", phone="03-0000-0000",
        custom={"hobby": "将棋"}, is_key=True,
    )  # fmt: skip
    page = client.get(f"/people/{person.pk}/").content.decode()
    for said in ("田中 一郎", "部長", "03-0000-0000", "趣味", "将棋", "みどり商事", "キーマン"):
        assert said in page
    assert f"/people/{person.pk}/edit/" not in page
    assert client.get("/people/999999/").status_code == 404
