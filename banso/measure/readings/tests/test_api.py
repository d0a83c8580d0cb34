from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from banso.know.accounts.tests.builders import an_account
from banso.listen.events.models import EventName, HiddenProperty
from banso.measure.metrics.tests.builders import (
    TODAY,
    a_metric,
    a_summary,
    measures,
    two_customers,
)
from banso.shared import clock
from banso.shared.rest.tests.callers import Caller

pytestmark = pytest.mark.django_db


def test_what_is_measured_explains_itself_in_both_languages() -> None:
    a_summary(a_metric("logins"))
    a_metric("exports", name_ja="書き出し")
    EventName.objects.create(
        name="login", label_ja="ログイン", first_seen=TODAY_AT, last_seen=TODAY_AT, count=1
    )
    caller = Caller("metrics:read", language="ja").used()
    with CaptureQueriesContext(connection) as few:
        found = caller.get("/metrics")["items"]
    assert [item["key"] for item in found] == ["logins", "exports"]
    assert found[0]["explanations"]["ja"] == found[0]["explanation"]
    assert "ログイン" in found[0]["explanation"] and "login" in found[0]["explanations"]["en"]
    assert found[0]["spread"]["n"] == 3 and found[1]["spread"] is None
    assert caller.get("/metrics/exports")["name"] == "書き出し"
    caller.refused("/metrics/none", 404)
    for n in range(5):
        a_metric(f"more_{n}")
    with CaptureQueriesContext(connection) as many:
        assert len(caller.get("/metrics")["items"]) == 7
    assert len(many) == len(few)
    assert Caller("accounts:read").ask("GET", "/metrics").status_code == 403


TODAY_AT = "2025-06-30T00:00:00Z"


def test_present_values_of_all_customers_in_pages(django_assert_num_queries: Any) -> None:
    a_metric("logins")
    a_metric("wait")
    accounts = [an_account() for _ in range(5)]
    for n, account in enumerate(accounts[:4]):
        measures(account, logins=float(n), wait=(12.0, True))
    caller = Caller("metrics:read")
    with clock.held_at(TODAY):
        first = caller.get("/metrics/values", limit=3, keys="wait,logins")
        with django_assert_num_queries(7):
            rest = caller.get(
                "/metrics/values", limit=3, keys="wait,logins", cursor=first["next_cursor"]
            )
        rows = first["items"] + rest["items"]
        assert [row["account_id"] for row in rows] == [account.pk for account in accounts]
        assert rows[2]["values"] == {
            "wait": {"value": 12.0, "not_yet": True},
            "logins": {"value": 2.0, "not_yet": False},
        }
        assert rows[4]["values"] == {} and first["day"] == "2025-06-30"
        caller.refused("/metrics/values", keys="nothing")
        caller.refused("/metrics/values", day="2025-07-01")
        caller.refused("/metrics/values", day="1900-01-01")


def test_values_of_an_earlier_day_are_measured_as_of_it() -> None:
    busy, quiet = two_customers()
    caller = Caller("metrics:read")
    with clock.held_at(TODAY):
        now = caller.get("/metrics/values", keys="usage_28d")["items"]
        then = caller.get("/metrics/values", keys="usage_28d", day="2025-02-28")["items"]
        before = caller.get("/metrics/values", keys="usage_28d", day="2025-04-15")["items"]
    value = {row["account_id"]: row["values"]["usage_28d"]["value"] for row in then}
    assert value[busy.pk] == value[quiet.pk] == 10
    assert now[0]["values"]["usage_28d"]["value"] != 10
    assert before[0]["values"]["usage_28d"]["value"] == 0


def test_downloads_hold_the_same_values() -> None:
    two_customers()
    an_account(external_id="=HYPERLINK(1)")
    caller = Caller("metrics:read")
    asked = {"keys": "usage_28d,days_to_first_event", "day": "2025-03-31"}
    with clock.held_at(TODAY):
        page = caller.get("/metrics/values", **asked)["items"]
        answer: Any = caller.ask("GET", "/metrics/values.csv", asked)
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        binary: Any = caller.ask("GET", "/metrics/values.parquet", asked)
        table = pq.read_table(io.BytesIO(b"".join(binary.streaming_content)))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[2]["external_id"] == "'=HYPERLINK(1)"
    assert "metrics-2025-03-31.csv" in answer["Content-Disposition"]
    assert table.column_names[:3] == ["account_id", "source", "external_id"]
    for row, line, kept in zip(page, rows, table.to_pylist(), strict=True):
        value = row["values"]["usage_28d"]["value"]
        assert kept["usage_28d"] == value
        assert line["usage_28d"] == ("" if value is None else str(value))
        assert (
            kept["days_to_first_event__not_yet"]
            == (row["values"]["days_to_first_event"]["not_yet"])
        )


def test_a_download_without_customers_is_a_sound_file() -> None:
    a_metric("logins")
    caller = Caller("metrics:read")
    binary: Any = caller.ask("GET", "/metrics/values.parquet")
    table = pq.read_table(io.BytesIO(b"".join(binary.streaming_content)))
    assert table.num_rows == 0 and "logins" in table.column_names


def test_the_course_of_one_customer_with_its_own_band() -> None:
    busy, _quiet = two_customers()
    bare = an_account()
    caller = Caller("metrics:read")
    with clock.held_at(TODAY):
        found = caller.get(f"/accounts/{busy.pk}/metrics", weeks=12, keys="usage_28d")
        short = caller.get(f"/accounts/{busy.pk}/metrics", weeks=4, keys="usage_28d")
        empty = caller.get(f"/accounts/{bare.pk}/metrics", keys="usage_28d")
        then = caller.get("/metrics/values", keys="usage_28d", day=found["days"][-2])
    assert found["days"][-1] == "2025-06-30" and len(found["days"]) == 13
    line = found["items"][0]
    assert line["values"][-2] == then["items"][0]["values"]["usage_28d"]["value"]
    assert line["present"]["value"] == line["values"][-1]
    assert line["band"]["n"] >= 8 and line["band"]["low"] <= line["band"]["high"]
    assert short["items"][0]["band"] is None
    assert empty["items"][0]["present"] == {"value": None, "not_yet": False}


def test_a_metric_of_a_hidden_property_is_nowhere() -> None:
    shown = {"shape": "property_sum", "params": {"event": "buy", "property": "mail", "days": 28}}
    a_metric("logins")
    a_metric("mails", **shown)
    account = an_account()
    measures(account, logins=1.0, mails=2.0)
    caller = Caller("metrics:read", "accounts:read")
    with clock.held_at(TODAY):
        assert len(caller.get("/metrics")["items"]) == 2
        HiddenProperty.objects.create(prop="mail", hidden_at=clock.now())
        assert [item["key"] for item in caller.get("/metrics")["items"]] == ["logins"]
        caller.refused("/metrics/mails", 404)
        caller.refused("/metrics/values", keys="mails")
        assert list(caller.get("/metrics/values")["items"][0]["values"]) == ["logins"]
        parts = caller.get(f"/accounts/{account.pk}", include="metrics")["parts"]
    assert list(parts["metrics"]) == ["logins"]


def test_customers_carry_metrics_when_asked(django_assert_num_queries: Any) -> None:
    a_metric("logins")
    accounts = [an_account(signed_up_on=date(2025, 1, 1)) for _ in range(3)]
    for n, account in enumerate(accounts):
        measures(account, logins=float(n))
    caller = Caller("accounts:read", "metrics:read").used()
    with django_assert_num_queries(5):
        found = caller.get("/accounts", include="metrics")["items"]
    assert found[1]["parts"]["metrics"]["logins"] == {"value": 1.0, "not_yet": False}
    many = caller.get("/accounts", sort="-metric_logins", **{"metric_logins.min": "1"})["items"]
    assert [item["id"] for item in many] == [accounts[2].pk, accounts[1].pk]
