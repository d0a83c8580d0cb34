from __future__ import annotations

import re

import pytest
from django.test import Client

from banso.shared.journal.models import Entry
from banso.shared.keys.models import ApiKey
from banso.shared.keys.reads import key_for
from banso.shared.keys.tests.builders import a_key
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
GIVEN = {"name": "本番サーバー", "source": "product", "may_send_events": "on"}


def test_a_key_is_shown_once_and_kept_as_a_hash(client: Client) -> None:
    client.force_login(a_user(role="administrator", language="ja"))
    answer = client.post("/settings/keys/", GIVEN)
    page = answer.content.decode()
    found = re.search(r"bns_[\w-]{43}", page)
    assert found is not None
    assert "no-store" in answer["Cache-Control"]
    assert "発行しました" in page
    token, key = found.group(), ApiKey.objects.get()
    assert key_for(token) == key
    assert key.scopes == ["events:write"]
    kept = str(list(ApiKey.objects.values_list())) + str(list(Entry.objects.values_list("payload")))
    assert token not in kept
    assert token not in client.get("/settings/keys/").content.decode()
    assert key.prefix in client.get("/settings/keys/").content.decode()


def test_a_key_that_may_nothing_is_not_made(client: Client) -> None:
    client.force_login(a_user(role="administrator", language="en"))
    page = client.post("/settings/keys/", {"name": "x", "source": "product"}).content.decode()
    assert "Choose at least one" in page
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    ("language", "says"), [("ja", "キーはまだありません"), ("en", "no keys yet")]
)
def test_an_empty_page_teaches(client: Client, language: str, says: str) -> None:
    client.force_login(a_user(role="administrator", language=language))
    assert says in client.get("/settings/keys/").content.decode()


@pytest.mark.parametrize("role", ["manager", "csm", "analyst", "viewer"])
def test_others_see_no_keys(client: Client, role: str) -> None:
    a_key(name="secret place")
    client.force_login(a_user(role=role))
    assert client.get("/settings/keys/").status_code == 403
    assert client.post("/settings/keys/", GIVEN).status_code == 403
    assert ApiKey.objects.count() == 1
