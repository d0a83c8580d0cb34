from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.shared.journal.models import Entry
from banso.shared.users.models import Team
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def change(client: Client, **data: Any) -> str:
    return client.post("/customers/bulk-change/", data, follow=True).content.decode()


def test_a_csm_changes_theirs_and_is_told_about_the_others(client: Client) -> None:
    user = a_user(language="ja", team=Team.objects.create(name="東日本"))
    mate = a_user(team=user.team)
    client.force_login(user)
    mine, mates, free = an_account(owner=user), an_account(owner=mate), an_account()
    foreign, done = an_account(owner=a_user()), an_account(owner=user, segment="SMB")
    ids = [a.pk for a in (mine, mates, free, foreign, done)]
    page = change(client, ids=ids, field="segment", segment="SMB")
    assert "3件の顧客を変更しました。" in page
    assert "1件はもともと同じ値でした。" in page
    assert "ほかのチームの顧客1件は変更していません。" in page
    assert Account.objects.filter(segment="SMB").count() == 4
    entry = Entry.objects.get(kind="accounts.changed_in_bulk")
    assert entry.by == user
    assert entry.payload["before"] == {"": [mine.pk, mates.pk, free.pk]}


def test_all_matching_of_the_list(client: Client) -> None:
    manager, owner = a_user(role="manager"), a_user()
    client.force_login(manager)
    for _ in range(3):
        an_account(industry="IT")
    other = an_account(industry="小売")
    page = change(
        client, all_matching="on", query="industry=IT&page=2", field="owner_id", owner_id=owner.pk
    )
    assert "3 customers were changed." in page
    assert Account.objects.filter(owner=owner).count() == 3
    other.refresh_from_db()
    assert other.owner is None


def test_an_unreadable_filter_changes_nothing(client: Client) -> None:
    client.force_login(a_user(role="manager", language="ja"))
    account = an_account()
    page = change(
        client, all_matching="on", query="employees.min=x", field="touch_model", touch_model="high"
    )
    assert "何も変更していません" in page
    account.refresh_from_db()
    assert account.touch_model == ""


@pytest.mark.parametrize(
    "data",
    [
        {"field": "name", "name": "x", "ids": [1]},
        {"field": "touch_model", "touch_model": "nonsense", "ids": [1]},
        {"field": "owner_id", "owner_id": "999999", "ids": [1]},
        {"field": "segment", "segment": "x", "ids": ["abc", "999999"]},
        {"field": "segment", "segment": "x"},
    ],
)
def test_nonsense_changes_nothing(client: Client, data: dict[str, Any]) -> None:
    client.force_login(a_user(role="manager"))
    account = an_account()
    before = Account.objects.values().get(pk=account.pk)
    change(client, **data)
    assert Account.objects.values().get(pk=account.pk) == before
    assert not Entry.objects.filter(kind="accounts.changed_in_bulk").exists()


def test_viewers_and_analysts_change_nothing(client: Client) -> None:
    account = an_account()
    for role in ("viewer", "analyst"):
        client.force_login(a_user(role=role))
        change(client, ids=[account.pk], field="segment", segment="SMB")
    account.refresh_from_db()
    assert account.segment == ""


@pytest.mark.parametrize("pk", ["9" * 30, "9" * 5000, "²", "-1", "x"])
def test_an_id_that_none_has_changes_nothing(client: Client, pk: str) -> None:
    client.force_login(a_user(role="manager", language="en"))
    assert "Choose at least one customer first." in change(
        client, ids=[pk], field="segment", segment="SMB"
    )
