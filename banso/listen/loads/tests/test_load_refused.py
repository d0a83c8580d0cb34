from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.loads.models import Load
from banso.listen.loads.tests.builders import an_event, json_lines, loaded
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path: Path) -> Load:
    rows = [*map(an_event, range(9)), an_event(9, time="いつか", account="=cmd")]
    return loaded(json_lines(tmp_path / "e.jsonl", rows))


def content(client: Client, load: Load, form: str) -> str:
    answer = client.get(reverse("loads:load_refused", args=[load.pk, form]))
    assert f".{form}" in answer.headers["Content-Disposition"]
    return b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]


def test_the_rows_come_back_in_the_readers_language(client: Client, load: Load) -> None:
    client.force_login(a_user(role="analyst", language="ja"))
    header, row = content(client, load, "csv").splitlines()
    assert header.split(",")[-3:] == ["banso_file", "banso_row", "banso_reason"]
    assert "いつか" in row and "e.jsonl,10,time: " in row
    assert ",=cmd" not in row, "a spreadsheet would compute it"
    line = json.loads(content(client, load, "jsonl"))
    assert (line["account"], line["banso_row"]) == ("=cmd", 10)


def test_there_is_no_file_without_refused_rows(client: Client, tmp_path: Path) -> None:
    client.force_login(a_user(role="analyst"))
    load = loaded(json_lines(tmp_path / "f.jsonl", [an_event(1)]))
    for form in ("csv", "jsonl", "exe"):
        url = reverse("loads:load_refused", args=[load.pk, form])
        assert client.get(url).status_code == 404


def test_only_some_roles_may(client: Client, load: Load) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get(reverse("loads:load_refused", args=[load.pk, "csv"])).status_code == 403
