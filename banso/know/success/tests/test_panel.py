from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.know.success.tests.builders import a_definition
from banso.know.success.writes import end_success
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_customers_page_shows_its_words(client: Client) -> None:
    user = a_user(language="en")
    client.force_login(user)
    account = an_account(owner=user)
    address = f"/customers/{account.pk}/"
    empty = client.get(address).content.decode()
    assert "Nobody has written down what this customer calls success" in empty
    assert f"{reverse('success:success_new')}?customer={account.pk}" in empty
    person = a_person(account, name="山田 花子")
    steps = [("日報を書く", "")]
    definition = a_definition(
        account, by=user, person=person, said_by="", words="待ち時間がなくなる", steps=steps
    )
    text = client.get(address).content.decode()
    for shown in ("待ち時間がなくなる", "山田 花子", "日報を書く", "2026-04-01"):
        assert shown in text
    assert "Wrote down what this customer calls success" in text, "on the timeline"
    end_success(by=user, definition=definition, because="x")
    assert "Nobody has written down" in client.get(address).content.decode()


def test_who_may_not_change_is_not_invited_to(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    account = an_account()
    assert (
        reverse("success:success_new")
        not in client.get(f"/customers/{account.pk}/").content.decode()
    )
