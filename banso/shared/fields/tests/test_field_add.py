from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.fields.models import FieldDefinition
from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PLAN = {
    "holder": "account", "label_ja": "プラン", "label_en": "Plan", "key": "plan", "kind": "choice",
    "choices_text": "Gold\n\nSilver\nGold", "known_when": "start",
}  # fmt: skip


def test_a_field_is_added_and_stands_on_the_customer_list(client: Client) -> None:
    client.force_login(a_user(role="administrator", language="ja"))
    page = client.post("/settings/fields/add/", PLAN, follow=True).content.decode()
    assert "項目「プラン」を追加しました。" in page
    field = FieldDefinition.objects.get()
    assert (field.choices, field.known_when) == (["Gold", "Silver"], "start")
    assert '<option value="own_plan">プラン</option>' in client.get("/customers/").content.decode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"choices_text": ""}, "選択肢を1つ以上入力してください。"),
        ({"key": "there"}, "このキーの項目はすでにあります。"),
        ({"key": "Nicht gut"}, "is-invalid"),
        ({"kind": "nonsense"}, "is-invalid"),
    ],
)
def test_faults_are_said(client: Client, change: dict[str, str], said: str) -> None:
    define_field(by=None, holder="account", key="there", kind="text")
    client.force_login(a_user(role="administrator", language="ja"))
    assert said in client.post("/settings/fields/add/", PLAN | change).content.decode()
    assert FieldDefinition.objects.count() == 1


def test_administrators_only(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    assert client.post("/settings/fields/add/", PLAN).status_code == 403
