from __future__ import annotations

import csv
import io
import json

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.answers.tests.builders import told_twice
from banso.listen.surveys.tests.builders import CALM, a_response, a_wave
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client: Client) -> Client:
    client.force_login(a_user(role="administrator", language="ja"))
    return client


def test_a_person_gets_all_their_answers_as_json(administrator: Client) -> None:
    _account, person = told_twice()
    page = reverse("answers:person_answers_file", args=[person.pk, "json"])
    document = json.loads(administrator.get(page).content)
    assert document["person"]["name"] == "山田 太郎"
    first, second = document["answers"]
    assert (first["source"], first["answered_on"]) == ("紙のアンケート", "2023-05-01")
    assert first["as_the_file_said"]["総合満足度"] == "やや満足"
    said = {one["key"]: one["answer"] for one in second["answers"]}
    assert said["answer"] == "期待以上だった"
    assert Entry.objects.filter(kind="person.answers_exported").exists()


def test_the_table_runs_nothing(administrator: Client) -> None:
    account, person = told_twice()
    a_response(a_wave(), CALM | {"comment": "=cmd|' /C calc'!A0"}, account=account, person=person)
    page = reverse("answers:person_answers_file", args=[person.pk, "csv"])
    answer = administrator.get(page)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not any(cell.startswith("=") for cell in cells)
    assert "やや満足" in cells


def test_there_is_no_other_form(administrator: Client) -> None:
    _account, person = told_twice()
    page = reverse("answers:person_answers_file", args=[person.pk, "exe"])
    assert administrator.get(page).status_code == 404
