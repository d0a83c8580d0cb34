from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_morning_starts_with_today(client: Client) -> None:
    client.force_login(a_user())
    assert client.get("/").headers["Location"] == "/today/"


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    answer = client.get("/today/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in/login/?next=/today/")


def test_every_answer_has_a_strict_policy_and_an_id(client: Client) -> None:
    answer = client.get("/sign-in/login/", headers={"X-Request-ID": "abcdef123456"})
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Request-ID"] == "abcdef123456"
    odd = client.get("/sign-in/login/", headers={"X-Request-ID": "bad id\u00e9"})
    assert odd.headers["X-Request-ID"] != "bad id\u00e9"
