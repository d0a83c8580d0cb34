from __future__ import annotations

from datetime import datetime

import pytest

from banso.shared.rest.shapes import in_utc
from banso.shared.rest.tests.callers import Caller


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-03-31T09:00:00+09:00", "2026-03-31T00:00:00+00:00"),
        ("6710-08-13T18:12:20+18:15", "6710-08-12T23:57:20+00:00"),
        ("9999-12-31T23:59:00-10:00", "9999-12-31T23:59:59.999999+00:00"),
        ("0001-01-01T00:00:00+10:00", "0001-01-01T00:00:00+00:00"),
    ],
)
def test_a_moment_of_any_offset_is_one_in_utc(given: str, meant: str) -> None:
    assert in_utc(datetime.fromisoformat(given)).isoformat() == meant


@pytest.mark.django_db
def test_a_list_since_a_moment_with_a_strange_offset() -> None:
    caller = Caller("notes:read", "accounts:read")
    assert caller.get("/notes?since=6710-08-13T18:12:20.9%2B18:15")["items"] == []
    assert caller.get("/accounts?updated_since=9999-12-31T23:59:00-10:00")["items"] == []
