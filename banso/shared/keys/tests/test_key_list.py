from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from banso.shared.journal.models import Entry
from banso.shared.keys.models import ApiKey
from banso.shared.keys.reads import key_for
from banso.shared.keys.tests.builders import a_key
from banso.shared.users.tests.builders import a_user

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db
GIVEN = {"name": "本番サーバー", "source": "product", "may_write": ["events:write"]}


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


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "width"), [("ja-JP", 1440), ("en-US", 390)])
def test_the_page_works_in_a_browser(
    open_page: Callable[..., Page],
    serious_faults: Callable[[Page], list[str]],
    overflow: Callable[[Page], int],
    live_server: LiveServer,
    locale: str,
    width: int,
) -> None:
    a_key(name="ステージング環境")
    page = open_page(a_user(role="administrator"), locale=locale, width=width)
    page.goto(f"{live_server.url}/settings/keys/")
    page.fill("[name=name]", "本番")
    page.click("form[action$='/settings/keys/'] button.btn-primary")
    assert page.input_value("#new-key").startswith("bns_")
    page.click("[data-copy]")
    assert serious_faults(page) == []
    assert overflow(page) == 0
