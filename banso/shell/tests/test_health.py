from __future__ import annotations

from django.test import Client


def test_the_process_answers_without_a_database(client: Client) -> None:
    assert client.get("/health/").json() == {"status": "ok"}
