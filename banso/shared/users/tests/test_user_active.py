from __future__ import annotations

import pytest
from django.test import Client

from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_somebody_who_left_is_locked_out_at_once(client: Client) -> None:
    leaver, their_browser = a_user(), Client()
    their_browser.force_login(leaver)
    assert their_browser.get("/preferences/").status_code == 200
    client.force_login(a_user(role="administrator"))
    client.post(f"/settings/users/{leaver.pk}/active/", {"active": "0"})
    assert their_browser.get("/preferences/").status_code == 302
    client.post(f"/settings/users/{leaver.pk}/active/", {"active": "1"})
    leaver.refresh_from_db()
    assert leaver.is_active


def test_not_oneself(client: Client) -> None:
    administrator = a_user(role="administrator")
    client.force_login(administrator)
    client.post(f"/settings/users/{administrator.pk}/active/", {"active": "0"})
    administrator.refresh_from_db()
    assert administrator.is_active


def test_not_by_a_manager(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    assert client.post(f"/settings/users/{a_user().pk}/active/", {"active": "0"}).status_code == 403
