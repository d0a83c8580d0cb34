from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from banso.shared.users.models import User
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_attempts_counted() -> None:
    cache.clear()


def test_sign_in_with_e_mail_and_password(client: Client) -> None:
    a_user(email="hanako@example.jp", password="long-enough-1")
    answer = client.post(
        "/sign-in/login/", {"login": "hanako@example.jp", "password": "long-enough-1"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_a_wrong_password_is_told_in_the_readers_language(client: Client) -> None:
    a_user(email="hanako@example.jp", password="long-enough-1")
    answer = client.post(
        "/sign-in/login/",
        {"login": "hanako@example.jp", "password": "wrong"},
        headers={"Accept-Language": "ja"},
    )
    assert answer.status_code == 200
    assert "パスワード" in answer.content.decode()


def test_nobody_signs_up_by_themselves(client: Client) -> None:
    answer = client.post(
        "/sign-in/signup/", {"email": "x@example.com", "password1": "long-enough-1"}
    )
    assert "_auth_user_id" not in client.session
    assert answer.status_code in (200, 302)


def test_a_new_installation_says_how_the_first_administrator_is_made(client: Client) -> None:
    assert "createsuperuser" in client.get("/sign-in/login/").content.decode()
    a_user()
    assert "createsuperuser" not in client.get("/sign-in/login/").content.decode()


def test_capitals_in_an_e_mail_keep_nobody_out(client: Client) -> None:
    User.objects.create_user("Hanako.Y@Example.jp", "long-enough-1", name="花子")
    for typed in ("Hanako.Y@Example.jp", "hanako.y@example.jp"):
        answer = Client().post("/sign-in/login/", {"login": typed, "password": "long-enough-1"})
        assert answer.status_code == 302, typed


def test_guessing_a_password_is_slowed_down(client: Client) -> None:
    a_user(email="hanako@example.jp", password="long-enough-1")
    for guess in range(5):
        client.post("/sign-in/login/", {"login": "hanako@example.jp", "password": f"no{guess}"})
    right = {"login": "hanako@example.jp", "password": "long-enough-1"}
    assert client.post("/sign-in/login/", right).status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_guesser_elsewhere_locks_nobody_out_behind_a_proxy(
    client: Client, settings: Settings
) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    a_user(email="hanako@example.jp", password="long-enough-1")
    for guess in range(12):
        wrong = {"login": f"x{guess}@example.jp", "password": "no"}
        client.post("/sign-in/login/", wrong, headers={"X-Forwarded-For": "192.0.2.66"})
    right = {"login": "hanako@example.jp", "password": "long-enough-1"}
    from_here = {"X-Forwarded-For": "1.2.3.4, 198.51.100.7"}
    assert client.post("/sign-in/login/", right, headers=from_here).status_code == 302
