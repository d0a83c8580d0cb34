from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.imports.models import ImportRun
from banso.listen.imports.tests.builders import an_upload, checked
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def a_run() -> ImportRun:
    content = "顧客ID,会社名,従業員数\nA,あおば,5\nB,=1+1,many\nA,=cmd|x,5\n"
    return checked(an_upload(content.encode("cp932"), "顧客.csv"), kind="accounts")


def test_the_rows_come_back_with_reasons_and_harmless_formulas(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    answer = client.get(reverse("imports:import_refused", args=[a_run().pk]))
    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert content.startswith("\ufeff")
    header, *rows = csv.reader(StringIO(content.lstrip("\ufeff")))
    assert header == ["Row", "顧客ID", "会社名", "従業員数", "Reason"]
    assert [row[:4] for row in rows] == [["3", "B", "'=1+1", "many"], ["4", "A", "'=cmd|x", "5"]]
    assert "attachment" in answer.headers["Content-Disposition"]


def test_it_needs_a_signed_in_importer(client: Client) -> None:
    url = reverse("imports:import_refused", args=[a_run().pk])
    assert client.get(url).headers["Location"].startswith(reverse("account_login"))
    client.force_login(a_user(role="viewer"))
    assert client.get(url).status_code == 403


def test_a_run_without_refused_rows_has_no_file(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    run = checked(an_upload("account_id,account_name\nA,Aoba\n"))
    assert client.get(reverse("imports:import_refused", args=[run.pk])).status_code == 404
