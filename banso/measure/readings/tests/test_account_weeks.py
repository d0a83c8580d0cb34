from __future__ import annotations

import csv

import pytest
from django.test import Client

from banso.measure.readings.tests.builders import a_company, on_the_day
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def lines(client: Client, address: str) -> list[list[str]]:
    with on_the_day():
        answer = client.get(address)
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(text.splitlines()))


def test_the_weeks_of_a_customer_are_a_file(client: Client) -> None:
    client.force_login(a_user(language="en"))
    account = a_company(2)[0]
    header, *rows = lines(client, f"/readings/customers/{account.pk}/weeks.csv?metric=usage_28d")
    assert header == ["Until", "Usage (28 days)"]
    assert rows[0][0] == "2025-01-13"
    assert rows[-1][0] == "2025-06-30"
    assert float(rows[-1][1]) > float(rows[-3][1])
    assert len(lines(client, f"/readings/customers/{account.pk}/weeks.csv")[0]) > 5


def test_strangers_get_nothing(client: Client) -> None:
    account = a_company(2)[0]
    answer = client.get(f"/readings/customers/{account.pk}/weeks.csv")
    assert answer.status_code == 302
    client.force_login(a_user())
    assert client.get("/readings/customers/99999/weeks.csv").status_code == 404
