from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db


def test_ready_when_migrated_and_writable(client: Client) -> None:
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "database": "ok", "home": "ok"},
    )


def test_not_ready_when_the_folder_is_gone(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.HOME = tmp_path / "gone"
    answer = client.get("/ready/")
    assert answer.status_code == 503
    assert "not writable" in answer.json()["home"]


def test_not_ready_while_a_migration_waits(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'journal'")
    assert "run banso migrate" in client.get("/ready/").json()["database"]
