from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_language_and_zone_are_saved(client: Client) -> None:
    user = a_user()
    client.force_login(user)
    answer = client.post(
        "/preferences/", {"language": "ja", "time_zone": "America/New_York"}, follow=True
    )
    user.refresh_from_db()
    assert (user.language, user.time_zone) == ("ja", "America/New_York")
    assert "保存しました" in answer.content.decode()


def test_a_zone_that_does_not_exist_is_refused(client: Client) -> None:
    user = a_user()
    client.force_login(user)
    answer = client.post("/preferences/", {"language": "en", "time_zone": "Mars/Olympus"})
    assert "is-invalid" in answer.content.decode()
    user.refresh_from_db()
    assert user.time_zone == ""
