from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from banso.listen.events.models import EventName
from banso.shared.rest.tests.callers import Caller

pytestmark = pytest.mark.django_db


def a_name(name: str, **fields: Any) -> EventName:
    at = datetime(2026, 4, 1, tzinfo=UTC)
    return EventName.objects.create(
        **{"name": name, "first_seen": at, "last_seen": at, "count": 5} | fields
    )


def test_names_without_values_and_without_what_is_hidden() -> None:
    a_name(
        "login",
        label_ja="ログイン",
        is_core=True,
        properties=[
            {"key": "plan", "numeric": False, "example": "秘密のプラン"},
            {"key": "mail", "numeric": False, "example": "", "hidden": True},
        ],
    )
    a_name("logout")
    answer = Caller("events:read", language="ja").ask("GET", "/event-names", {"is_core": "true"})
    text = answer.content.decode()
    assert "ログイン" in text and "plan" in text
    assert "秘密" not in text and "mail" not in text and "logout" not in text
    assert len(Caller("events:read").get("/event-names", q="log")["items"]) == 2
    assert Caller("events:write").ask("GET", "/event-names").status_code == 403
