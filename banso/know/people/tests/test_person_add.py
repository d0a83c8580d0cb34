from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.models import Membership
from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_key_person_is_added_and_shown_with_what_is_known(client: Client) -> None:
    define_field(by=None, holder="person", key="hobby", kind="text")
    client.force_login(a_user(language="ja"))
    account = an_account()
    page = client.post(
        f"/people/add/{account.pk}/",
        {"name": "田中 一郎", "department": "経営企画部", "title": "部長", "is_key": "on",
         "influence": "decides", "channel": "午前中の電話", "personality": "結論から求める",
         "own_hobby": "将棋"},
        follow=True,
    ).content.decode()  # fmt: skip
    for said in ("田中 一郎", "経営企画部 部長", "キーマン", "決定する人", "午前中の電話",
                 "結論から求める", "田中 一郎さんを担当者に追加しました"):  # fmt: skip
        assert said in page
    place = Membership.objects.get()
    assert place.account == account
    assert place.person.custom == {"hobby": "将棋"}


def test_a_name_is_needed(client: Client) -> None:
    client.force_login(a_user())
    answer = client.post(f"/people/add/{an_account().pk}/", {"name": ""})
    assert answer.status_code == 200
    assert not Membership.objects.exists()


def test_others_may_not(client: Client) -> None:
    address = f"/people/add/{an_account(owner=a_user()).pk}/"
    client.force_login(a_user())
    assert client.get(address).status_code == 403
    assert client.post(address, {"name": "x"}).status_code == 403
