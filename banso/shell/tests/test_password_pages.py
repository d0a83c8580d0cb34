from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["/sign-in/password/change/", "/sign-in/password/reset/"])
def test_pages_around_the_password_have_the_look_of_the_others(client: Client, path: str) -> None:
    if "change" in path:
        client.force_login(a_user(password="long-enough-1"))
    page = client.get(path).content.decode()
    assert 'class="form-control"' in page
    assert 'class="btn btn-primary w-100"' in page


def test_a_password_is_changed(client: Client) -> None:
    user = a_user(password="long-enough-1")
    client.force_login(user)
    given = {
        "oldpassword": "long-enough-1",
        "password1": "another-long-2",
        "password2": "another-long-2",
    }
    assert client.post("/sign-in/password/change/", given).status_code == 302
    user.refresh_from_db()
    assert user.check_password("another-long-2")
