from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.listen.earlier.tests.builders import brought_in, csv_of
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_refused_rows_come_as_a_file_that_runs_nothing(client: Client) -> None:
    an_account(name="あおば製作所")
    header = ("会社名", "回答日", "満足度", "ご意見")
    rows = [
        ("あおば製作所", "2024-05-01", "4", "良い"),
        ("あおば製作所", "2024-13-01", "4", "=HYPERLINK(1)"),
        ("あおば製作所", "2999-01-01", "4", "+1"),
    ]
    run = brought_in(csv_of(header, rows))
    assert (run.created, run.refused) == (1, 2)
    client.force_login(a_user(role="analyst"))
    answer = client.get(reverse("earlier:earlier_refused", args=[run.pk]))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    kept = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row[0] for row in kept[1:]] == ["3", "4"]
    assert kept[1][4] == "'=HYPERLINK(1)"
    assert "2024-13-01" in kept[1][5]


def test_without_refused_rows_there_is_no_file(client: Client) -> None:
    an_account(name="あおば製作所")
    run = brought_in(csv_of(("会社名", "回答日", "満足度"), [("あおば製作所", "2024-05-01", "4")]))
    client.force_login(a_user(role="analyst"))
    assert client.get(reverse("earlier:earlier_refused", args=[run.pk])).status_code == 404
