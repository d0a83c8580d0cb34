from __future__ import annotations

import csv
from datetime import date
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.lifetime.tests.builders import a_life
from banso.prove.lifetime.tests.test_survival import TODAY, look, text

pytestmark = pytest.mark.django_db
PAGE = reverse("lifetime:lifetime_customers")


def test_by_state_and_as_a_file(client: Client) -> None:
    for number in range(55):
        a_life(date(2023, 1, 1), 1 if number < 5 else None, TODAY)
    assert "55 customers." in text(look(client, PAGE))
    assert "1 / 2" in text(look(client, PAGE))
    assert "50 customers." in text(look(client, PAGE, state="here"))
    response = look(client, PAGE, state="left", format="csv")
    lines = list(csv.DictReader(StringIO(b"".join(response).decode("utf-8-sig"))))
    assert [line["Left"] for line in lines] == ["Yes"] * 5
    assert lines[0]["Days as a customer"] == "364"


def test_nothing_yet(client: Client) -> None:
    assert look(client, PAGE).status_code == 404
