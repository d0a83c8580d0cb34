from __future__ import annotations

import pytest
from django.test import Client

from banso.know.accounts.models import Environment
from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_layers_of_success_are_written_and_shown(client: Client) -> None:
    client.force_login(a_user(language="ja"))
    account = an_account()
    assert (
        "環境が許す成功、そして現実的な理想"
        in client.get(f"/customers/{account.pk}/").content.decode()
    )
    page = client.post(
        f"/customers/{account.pk}/environment/",
        {
            "success_wished": "紙をなくす",
            "success_realistic": "検査時間を3割減らす",
            "decision_style": "bottom_up",
        },
        follow=True,
    ).content.decode()  # fmt: skip
    for said in ("紙をなくす", "検査時間を3割減らす", "ボトムアップ", "取り巻く環境を更新しました"):
        assert said in page
    assert Environment.objects.get().account == account


def test_others_may_not(client: Client) -> None:
    account = an_account(owner=a_user())
    client.force_login(a_user())
    address = f"/customers/{account.pk}/environment/"
    assert client.get(address).status_code == 403
    assert client.post(address, {"culture": "x"}).status_code == 403
