from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.listen.imports.models import ImportRun
from banso.listen.imports.tests.builders import a_guess, an_upload, checked, imported
from banso.listen.imports.writes import ask_for_check, start_draft
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
FILE = "account_id,account_name\nA,Aoba\nB,Beni\nA,Again\n"


def page_of(client: Client, run: ImportRun, **headers: str) -> str:
    return client.get(
        reverse("imports:import_check", args=[run.pk]), headers=headers
    ).content.decode()


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(a_user(role="manager", language="en"))
    return client


def test_progress_is_asked_for_until_the_worker_is_done(manager: Client) -> None:
    upload = an_upload(FILE)
    run = start_draft(by=None, upload=upload, mapping=a_guess(upload))
    ask_for_check(by=None, run=run, mapping=a_guess(upload))
    assert 'hx-trigger="every 1s"' in page_of(manager, run)
    run_owed()
    part = page_of(manager, run, **{"HX-Request": "true"})
    assert "hx-trigger" not in part
    assert "<html" not in part
    assert "Import 2 rows" in part


def test_the_dry_run_says_what_would_happen_and_writes_nothing(manager: Client) -> None:
    page = page_of(manager, checked(an_upload(FILE)))
    assert "2 rows would be created or changed. Nothing has been changed so far." in page
    assert "The same id stands in row 2, which was taken." in page
    assert not Account.objects.exists()


def test_changes_are_shown_old_to_new(manager: Client) -> None:
    imported("account_id,account_name,industry\nA,Aoba,Retail\n")
    page = page_of(
        manager, checked(an_upload("account_id,account_name,industry\nA,Aoba,Finance\n"))
    )
    assert "Retail</span> → Finance" in page


def test_the_same_file_again_has_nothing_to_import(manager: Client) -> None:
    imported(FILE)
    assert "There is nothing to import." in page_of(manager, checked(an_upload(FILE)))


def test_only_some_roles_may(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    url = reverse("imports:import_check", args=[checked(an_upload(FILE)).pk])
    assert client.get(url).status_code == 403
