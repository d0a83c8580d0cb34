from __future__ import annotations

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client

from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_page_of_an_error_needs_no_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: SessionStore) -> None:
        raise OperationalError("the database is away")

    client.force_login(a_user())
    client.raise_request_exception = False
    monkeypatch.setattr(SessionStore, "load", away)
    answer = client.get("/today/", headers={"Accept-Language": "ja"})
    assert answer.status_code == 500
    assert 'lang="ja"' in answer.content.decode()
