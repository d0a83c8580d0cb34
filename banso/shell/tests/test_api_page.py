from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from banso.shared.users.tests.builders import a_user
from banso.shell.api.document import document, operations

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "says"), [("ja", "プログラムからできること"), ("en", "What can a program ask?")]
)
def test_every_operation_is_on_the_page(client: Client, language: str, says: str) -> None:
    client.force_login(a_user(role="viewer", language=language))
    page = client.get("/api/").content.decode()
    assert says in page
    for path, _method, operation in operations(document()):
        assert path in page and f'id="{operation["operationId"]}"' in page
    assert "curl" in page and "http://testserver/api/v1/accounts" in page


def test_the_japanese_page_is_japanese(client: Client) -> None:
    client.force_login(a_user(role="viewer", language="ja"))
    page = client.get("/api/").content.decode()
    english = {operation["summary"] for _, _, operation in operations(document())}
    assert not [summary for summary in english if f">{summary}<" in page]


def test_the_search_narrows(client: Client) -> None:
    client.force_login(a_user(role="viewer", language="en"))
    page = client.get("/api/", {"q": "tasks:write"}).content.decode()
    assert 'id="create_task"' in page and 'id="list_accounts"' not in page
    assert "No operation has these words" in client.get("/api/", {"q": "zzz"}).content.decode()


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
    page = open_page(a_user(role="administrator"), locale=locale, width=width)
    page.goto(f"{live_server.url}/api/")
    page.fill("#api-search", "accounts batch")
    page.wait_for_selector("#list_accounts", state="detached")
    page.click("#write_accounts summary")
    assert page.is_visible("#write_accounts pre")
    assert serious_faults(page) == []
    assert overflow(page) == 0
