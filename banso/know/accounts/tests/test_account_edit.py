from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.shared.fields.writes import define_field
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def edit(client: Client, account: Account, **data: Any) -> str:
    filled = {"name": account.name, "owner": account.owner_id or ""} | data
    return client.post(f"/customers/{account.pk}/edit/", filled, follow=True).content.decode()


def test_what_changed_is_kept_and_read_on_the_timeline(client: Client) -> None:
    define_field(by=None, holder="account", key="memo", kind="text", label_ja="備考")
    user = a_user(language="ja", name="佐藤 健")
    client.force_login(user)
    account = an_account(owner=user, segment="中堅", custom={"hidden": 1})
    page = edit(client, account, segment="大手", stage="adoption", own_memo="移行中")
    account.refresh_from_db()
    assert (account.segment, account.stage) == ("大手", "adoption")
    assert account.custom == {"hidden": 1, "memo": "移行中"}
    assert "セグメントを「中堅」から「大手」に変えました" in page
    assert "ステージを「アダプション」にしました" in page
    assert "備考を「移行中」にしました" in page
    edit(client, account, segment="大手", stage="adoption", own_memo="移行中")
    assert Entry.objects.filter(kind="account.changed").count() == 1


def test_a_new_name_is_found(client: Client) -> None:
    client.force_login(a_user())
    account = an_account(name="旧社名")
    edit(client, account, name="新社名")
    assert "新社名" in client.get("/customers/?q=新社名").content.decode()


def test_no_customer_stands_below_itself(client: Client) -> None:
    client.force_login(a_user(role="manager", language="ja"))
    top = an_account(name="本社", external_id="T")
    below = an_account(name="支社", external_id="B", parent=top)
    page = edit(client, top, parent="支社 [B]")
    assert "自分自身や、自分の子会社を親会社にはできません。" in page
    assert "本社の編集" in page
    top.refresh_from_db()
    assert top.parent is None
    edit(client, below, parent="")
    below.refresh_from_db()
    assert below.parent is None


def test_only_those_who_may(client: Client) -> None:
    account = an_account(owner=a_user())
    for role in ("viewer", "analyst", "csm"):
        client.force_login(a_user(role=role))
        assert client.get(f"/customers/{account.pk}/edit/").status_code == 403
        assert client.post(f"/customers/{account.pk}/edit/", {"name": "x"}).status_code == 403
