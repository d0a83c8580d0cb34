from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date

import pyarrow.parquet as pq
import pytest
from django.test import Client

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.listen.events.models import HiddenProperty
from banso.measure.metrics.tests.builders import a_metric
from banso.measure.readings import exports
from banso.measure.readings.tests.builders import a_company, on_the_day
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
WEEKS = "first=2025-06-23&last=2025-06-30"


def taken(client: Client, form: str, query: str = WEEKS) -> bytes:
    with on_the_day():
        answer = client.get(f"/readings/export/values.{form}?{query}")
        assert answer.status_code == 200
        parts: Iterator[bytes] = answer.streaming_content  # type: ignore[attr-defined]
        return b"".join(parts)


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(a_user(role="viewer", language="en"))
    return client


def test_every_customer_and_week_is_a_line_of_the_csv(reader: Client) -> None:
    a_company(2)
    an_account(external_id="silent", signed_up_on="2025-03-03")
    text = taken(reader, "csv").decode("utf-8-sig")
    header, *rows = list(csv.reader(io.StringIO(text)))
    assert header[:5] == [
        "Customer source",
        "External id",
        "Name",
        "Week",
        "Active users (28 days)",
    ]
    assert len(rows) == 6
    assert {row[3] for row in rows} == {"2025-06-23", "2025-06-30"}
    waits = header.index("Days to first use: not yet")
    assert [row[1] for row in rows if row[waits] == "yes"] == ["silent", "silent"]


def test_the_headings_are_in_the_readers_language(client: Client) -> None:
    a_company(2)
    client.force_login(a_user(language="ja"))
    header = taken(client, "csv").decode("utf-8-sig").splitlines()[0]
    assert "外部ID" in header
    assert "利用" in header


def test_a_name_that_looks_like_a_formula_is_made_harmless(reader: Client) -> None:
    [first, _second] = a_company(2)
    Account.objects.filter(pk=first.pk).update(name="=HYPERLINK(1)")
    assert ",'=HYPERLINK(1)," in taken(reader, "csv").decode()


def test_the_parquet_file_has_types_and_says_what_it_means(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    accounts = a_company(3)
    table = pq.read_table(io.BytesIO(taken(reader, "parquet")))
    assert table.num_rows == 6
    field = table.schema.field("usage_28d")
    assert str(field.type) == "double"
    assert field.metadata[b"name_en"] == b"Usage (28 days)"
    assert field.metadata[b"definition_en"] == b"How often any event happened in the last 28 days."
    assert "28" in field.metadata[b"definition_ja"].decode()
    assert str(table.schema.field("days_to_first_value__not_yet").type) == "bool"
    assert table.schema.metadata[b"time_zone"] == b"Asia/Tokyo"
    rows = table.to_pylist()
    assert {row["external_id"] for row in rows} == {a.external_id for a in accounts}
    assert {row["week"] for row in rows} == {date(2025, 6, 23), date(2025, 6, 30)}
    assert all(row["usage_28d"] > 0 for row in rows)


def test_both_files_hold_the_same_values(reader: Client) -> None:
    a_company(3)
    table = pq.read_table(io.BytesIO(taken(reader, "parquet"))).to_pylist()
    text = taken(reader, "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["usage_28d"] for row in table] == [float(r["Usage (28 days)"]) for r in rows]


def test_weeks_that_are_none_lead_back_to_the_choice(reader: Client) -> None:
    a_company(2)
    with on_the_day():
        answer = reader.get("/readings/export/values.csv?first=2025-06-30&last=1999-01-04")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/readings/export/?first=2025-06-30")
    assert reader.get("/readings/export/values.xml").status_code == 404


def test_a_metric_of_a_hidden_property_stays_out(reader: Client) -> None:
    a_company(2)
    a_metric("sum_salary", shape="property_sum", params={"event": "login", "property": "salary"})
    HiddenProperty.objects.create(prop="salary", hidden_at=clock.now())
    assert "sum_salary" not in pq.read_schema(io.BytesIO(taken(reader, "parquet"))).names


def test_strangers_get_nothing(client: Client) -> None:
    a_company(2)
    assert client.get(f"/readings/export/values.csv?{WEEKS}").status_code == 302
