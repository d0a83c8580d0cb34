from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.fields.writes import define_field
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_names_choices_and_moment_change_but_not_key_or_kind(client: Client) -> None:
    client.force_login(a_user(role="administrator", language="ja"))
    field = define_field(by=None, holder="account", key="plan", kind="choice", choices=["A"])
    page = client.get(f"/settings/fields/{field.pk}/").content.decode()
    assert 'name="key"' not in page
    client.post(
        f"/settings/fields/{field.pk}/",
        {"label_ja": "プラン", "label_en": "Plan", "choices_text": "B\nA", "known_when": "outcome",
         "key": "other", "kind": "text"},
    )  # fmt: skip
    field.refresh_from_db()
    assert (field.label_ja, field.choices, field.known_when) == ("プラン", ["B", "A"], "outcome")
    assert (field.key, field.kind) == ("plan", "choice")


def test_a_text_field_keeps_its_empty_choices(client: Client) -> None:
    client.force_login(a_user(role="administrator"))
    field = define_field(by=None, holder="person", key="memo", kind="text")
    client.post(
        f"/settings/fields/{field.pk}/",
        {"label_ja": "備考", "label_en": "Memo", "known_when": "changes"},
    )
    field.refresh_from_db()
    assert (field.label_en, field.choices) == ("Memo", [])


def test_administrators_only(client: Client) -> None:
    field = define_field(by=None, holder="person", key="memo", kind="text")
    client.force_login(a_user(role="manager"))
    assert client.get(f"/settings/fields/{field.pk}/").status_code == 403
