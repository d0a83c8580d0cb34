from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.loads.tests.builders import a_draft, an_event, json_lines, loaded
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "loads:load_list"


def test_it_begins_with_what_can_be_done(client: Client) -> None:
    client.force_login(a_user(role="analyst", language="en"))
    page = client.get(reverse(URL)).content.decode()
    assert "No history was loaded yet" in page
    assert reverse("loads:load_new") in page


def test_it_lists_each_load_and_leads_to_where_it_stands(client: Client, tmp_path: Path) -> None:
    path = json_lines(tmp_path / "e.jsonl", [an_event(1), an_event(2, time=0)])
    done, draft = loaded(path), a_draft(path)
    client.force_login(a_user(role="manager", language="en"))
    page = client.get(reverse(URL)).content.decode()
    assert reverse("loads:load_run", args=[done.pk]) in page
    assert reverse("loads:load_mapping", args=[draft.pk]) in page
    assert "banso events load" in page


def test_who_may_not_import_may_look(client: Client, tmp_path: Path) -> None:
    load = loaded(json_lines(tmp_path / "e.jsonl", [an_event(1)]))
    client.force_login(a_user(role="csm", language="en"))
    page = client.get(reverse(URL)).content.decode()
    assert "e.jsonl" in page
    assert reverse("loads:load_run", args=[load.pk]) not in page
    assert reverse("loads:load_new") not in page


def test_many_loads_cost_no_more_queries(
    client: Client, tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    path = json_lines(tmp_path / "e.jsonl", [an_event(1)])
    for _ in range(30):
        a_draft(path)
    client.force_login(a_user(role="manager"))
    with django_assert_max_num_queries(6):
        client.get(reverse(URL))


def test_the_imports_lead_here(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    assert reverse(URL) in client.get(reverse("imports:import_list")).content.decode()
