from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_role_and_team_change(client: Client) -> None:
    client.force_login(a_user(role="administrator"))
    user = a_user(role="viewer")
    client.post(
        f"/settings/users/{user.pk}/", {"name": user.name, "role": "manager", "team": "西日本"}
    )
    user.refresh_from_db()
    assert (user.role, user.team and user.team.name) == ("manager", "西日本")


def test_nobody_takes_their_own_role_away(client: Client) -> None:
    administrator = a_user(role="administrator", language="en")
    client.force_login(administrator)
    page = client.post(
        f"/settings/users/{administrator.pk}/", {"name": "A", "role": "viewer", "team": ""}
    )
    assert "Ask another administrator" in page.content.decode()
    administrator.refresh_from_db()
    assert administrator.role == "administrator"
