from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from banso.listen.imports.tests.builders import an_upload, imported
from banso.listen.imports.writes import start_draft
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
LIST = reverse("imports:import_list")
QUERIES = 5  # session, user, organisation, count, the runs with file and user


def test_the_empty_page_teaches_the_next_step(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    page = client.get(LIST).content.decode()
    assert reverse("imports:import_upload") in page
    assert reverse("imports:import_sample", args=["accounts"]) in page


def test_runs_stand_with_their_counts_and_refused_rows(client: Client) -> None:
    run = imported("account_id,account_name\nA,Aoba\nA,Again\n")
    client.force_login(a_user(role="analyst"))
    page = client.get(LIST).content.decode()
    assert reverse("imports:import_run", args=[run.pk]) in page
    assert reverse("imports:import_refused", args=[run.pk]) in page


def test_those_who_may_not_import_read_a_sentence(client: Client) -> None:
    imported("account_id,account_name\nA,Aoba\nA,Again\n")
    client.force_login(a_user(role="viewer", language="en"))
    page = client.get(LIST).content.decode()
    assert "Administrators, managers and analysts import files." in page
    assert reverse("imports:import_upload") not in page


def test_the_list_asks_as_often_for_many_runs_as_for_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = a_user(role="manager")
    client.force_login(user)
    for number in range(12):
        upload = an_upload(f"account_id,account_name\nA{number},Aoba\n", by=user)
        start_draft(by=user, upload=upload, mapping=None)
    client.get(LIST)
    with django_assert_num_queries(QUERIES):
        assert client.get(LIST).status_code == 200
