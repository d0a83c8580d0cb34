from __future__ import annotations

import csv

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.forgetting.tests.builders import somebody_with_events
from banso.know.forgetting.writes import forget_person
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_the_receipt_as_a_table(client: Client) -> None:
    boss = a_user(role="administrator", language="en")
    client.force_login(boss)
    person, _account = somebody_with_events()
    receipt = forget_person(by=boss, person=person, mode="erase", everywhere=True, reference="=1")
    run_owed()
    address = reverse("forgetting:forgotten_csv", args=[receipt.pk])
    text = client.get(address).getvalue().decode("utf-8-sig")
    rows = {row[0]: row[1:] for row in csv.reader(text.splitlines())}
    assert rows["Receipt"] == [str(receipt.pk), "'=1"]
    assert rows["Events in the files"][0] == "2"
    assert rows["Events found by the last question"][0] == "0"
    assert rows["Week from 2025-03-03"][0] == "1"
    assert rows["The person with all fields"] == ["1", "removed"]
    assert rows["Old files removed"][0] == "not yet"
