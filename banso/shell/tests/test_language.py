from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_choice_stays_with_the_user(client: Client) -> None:
    user = a_user(language="en")
    client.force_login(user)
    answer = client.post("/language/", {"language": "ja", "next": "/preferences/"})
    assert answer.headers["Location"] == "/preferences/"
    user.refresh_from_db()
    assert user.language == "ja"
    page = client.get("/preferences/", headers={"Accept-Language": "en"})
    assert page.headers["Content-Language"] == "ja"
    assert "言語とタイムゾーン" in page.content.decode()


def test_before_sign_in_the_choice_is_a_cookie(client: Client) -> None:
    client.post("/language/", {"language": "ja", "next": "/sign-in/login/"})
    assert "サインイン" in client.get("/sign-in/login/").content.decode()


@pytest.mark.parametrize(
    "next_page", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_it_never_leads_elsewhere(client: Client, next_page: str) -> None:
    assert (
        client.post("/language/", {"language": "ja", "next": next_page}).headers["Location"] == "/"
    )


def test_an_unknown_language_changes_nothing(client: Client) -> None:
    user = a_user(language="ja")
    client.force_login(user)
    client.post("/language/", {"language": "xx"})
    user.refresh_from_db()
    assert user.language == "ja"
