from __future__ import annotations

from datetime import date, timedelta

import pytest

from banso.prove.lifetime.tests.builders import a_life
from banso.prove.lifetime.tests.test_survival import TODAY
from banso.shared.clock import held_at
from banso.shared.rest.tests.callers import Caller

pytestmark = pytest.mark.django_db


def test_without_contracts_and_without_the_scope() -> None:
    empty = Caller("revenue:read").get("/staying")
    assert (empty["items"], empty["groups"], empty["data_cut"]) == ([], [], None)
    assert Caller("metrics:read").ask("GET", "/staying").status_code == 403


def test_the_curve_with_its_interval_and_numbers_at_risk() -> None:
    for number in range(60):
        start = date(2023, 1, 1) + timedelta(days=number)
        a_life(start, 1 if number < 12 else None, TODAY, segment="SMB" if number % 2 else "Big")
    with held_at(TODAY):
        caller = Caller("revenue:read")
        page = caller.get("/staying", limit=200)
        grouped = caller.get("/staying", limit=200, by="segment")
        wrong = caller.ask("GET", "/staying", {"by": "nonsense"})
    [group] = page["groups"]
    year = next(share for share in group["shares"] if share["months"] == 12)
    assert year["share"] == pytest.approx(0.8)
    assert year["low"] < 0.8 < year["high"]
    assert (group["customers"], group["left"], year["at_risk"]) == (60, 12, 48)
    assert {point["counted"] for point in page["items"]} == {"customers", "money"}
    assert page["data_cut"] == TODAY.isoformat()
    assert {g["name"] for g in grouped["groups"]} == {"SMB", "Big"}
    assert wrong.status_code == 422
    assert b"segment" in wrong.content


def test_points_in_pages() -> None:
    for number in range(40):
        a_life(date(2021, 1, 1) + timedelta(days=9 * number), 1 + number % 3, TODAY)
    with held_at(TODAY):
        caller = Caller("revenue:read")
        whole = caller.get("/staying", limit=200)["items"]
        first = caller.get("/staying", limit=3)
        second = caller.get("/staying", limit=3, cursor=first["next_cursor"])
        other = caller.ask("GET", "/staying", {"cursor": first["next_cursor"], "by": "segment"})
    assert first["items"] + second["items"] == whole[:6]
    assert other.status_code == 422, "a cursor goes on with what it began with"
