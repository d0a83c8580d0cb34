from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.tests.builders import an_account
from banso.know.people.tests.builders import a_person
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_change_stands_on_the_timeline_of_each_account(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    account = an_account()
    person = a_person(account, name="田中", custom={"kept": 1})
    client.post(f"/people/{person.pk}/edit/", {"name": "田中", "title": "本部長"})
    client.post(f"/people/{person.pk}/edit/", {"name": "田中", "title": "本部長"})
    person.refresh_from_db()
    assert (person.title, person.custom) == ("本部長", {"kept": 1})
    assert Entry.objects.filter(kind="person.changed").count() == 1
    page = client.get(f"/customers/{account.pk}/").content.decode()
    assert "田中さんの情報を更新しました" in page


def test_only_who_may_change_one_of_the_accounts(client: Client) -> None:
    user = a_user()
    client.force_login(user)
    foreign = a_person(an_account(owner=a_user()))
    own = a_person(an_account(owner=user))
    assert client.get(f"/people/{foreign.pk}/edit/").status_code == 403
    assert client.get(f"/people/{own.pk}/edit/").status_code == 200
    assert client.get(f"/people/{a_person().pk}/edit/").status_code == 200
    client.force_login(a_user(role="viewer"))
    assert client.get(f"/people/{a_person().pk}/edit/").status_code == 403
