from __future__ import annotations

import html
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.listen.loads.models import Load
from banso.listen.loads.tests.builders import HEADER, a_draft, an_event, csv_rows, json_lines
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_user(role="manager", language="en"))
    return client


def url(load: Load) -> str:
    return reverse("loads:load_mapping", args=[load.pk])


def shown(client: Client, load: Load) -> str:
    return html.unescape(client.get(url(load)).content.decode())


def places(client: Client, load: Load, **changed: str) -> dict[str, str]:
    """The form as the page shows it, with some columns put elsewhere."""
    found = {f"target-{n}": c["target"] for n, c in enumerate(load.mapping["columns"])}
    for name, target in changed.items():
        number = [c["name"] for c in load.mapping["columns"]].index(name)
        found[f"target-{number}"] = target
    return found


def test_the_first_rows_are_shown_as_events(manager: Client, tmp_path: Path) -> None:
    an_account(external_id="A0")
    rows = [an_event(0), an_event(1), an_event(2, time=0), *map(an_event, range(3, 60))]
    page = shown(manager, a_draft(json_lines(tmp_path / "e.jsonl", rows)))
    assert page.count("not here yet") > 2
    assert '{"n": 0}' in page
    assert "lies before 1971" in page


def test_a_change_is_shown_at_once_and_kept_when_it_begins(manager: Client, tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(HEADER + csv_rows(3))
    load = a_draft(path)
    given = places(manager, load, user="", plan="role") | {
        "source": "product", "time_zone": "UTC", "event_name": "used",
    }  # fmt: skip
    page = manager.post(url(load), given, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "09:00" in page.replace("9:00 a.m.", "09:00")
    load.refresh_from_db()
    assert load.state == "draft"
    answer = manager.post(url(load), given | {"do": "start"})
    assert answer.headers["Location"] == reverse("loads:load_run", args=[load.pk])
    load.refresh_from_db()
    assert (load.state, load.time_zone, load.mapping["source"]) == ("running", "UTC", "product")
    assert [c["target"] for c in load.mapping["columns"]] == ["account", "", "name", "time", "role"]


def test_it_cannot_begin_without_its_columns(manager: Client, tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(HEADER + csv_rows(3))
    load = a_draft(path)
    answer = manager.post(url(load), places(manager, load, time="") | {"do": "start"})
    assert "No column goes to Date and time" in answer.content.decode()
    load.refresh_from_db()
    assert load.state == "draft"


def test_another_encoding_guesses_anew(manager: Client, tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes("顧客ID,日時,イベント名\nA,2024-05-01,ログイン\n".encode("cp932"))
    load = a_draft(path)
    assert "ログイン" in shown(manager, load)
    given = {"encoding": "euc_jp", "encoding_before": "cp932"}
    assert "ログイン" not in manager.post(url(load), given).content.decode()
    given = {"encoding": "cp932", "encoding_before": "euc_jp"}
    assert "ログイン" in manager.post(url(load), given).content.decode()


def test_a_file_that_is_gone_is_said(manager: Client, tmp_path: Path) -> None:
    load = a_draft(json_lines(tmp_path / "e.jsonl", [an_event(1)]))
    (tmp_path / "e.jsonl").unlink()
    answer = manager.get(url(load), follow=True)
    assert "no longer there" in answer.content.decode()


def test_hundreds_of_columns_cost_no_more_queries(
    manager: Client, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    row = an_event(1) | {f"p{n}": n for n in range(300)}
    load = a_draft(json_lines(tmp_path / "e.jsonl", [row]))
    with django_assert_max_num_queries(14):
        assert manager.get(url(load)).status_code == 200


def test_only_some_roles_may(client: Client, tmp_path: Path) -> None:
    client.force_login(a_user(role="viewer"))
    load = a_draft(json_lines(tmp_path / "e.jsonl", [an_event(1)]))
    assert client.get(url(load)).status_code == 403
    assert client.post(url(load), {"do": "start"}).status_code == 403
