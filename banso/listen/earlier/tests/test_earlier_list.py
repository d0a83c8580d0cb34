from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.listen.earlier.tests.builders import FORMS, brought_in
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
PAGE = "/earlier/"


def test_an_empty_page_teaches_the_next_step(client: Client) -> None:
    client.force_login(a_user(role="analyst"))
    page = client.get(PAGE).content.decode()
    assert reverse("earlier:earlier_upload") in page


def test_files_are_listed_with_what_became_of_them(client: Client) -> None:
    an_account(name="あおば製作所")
    brought_in(FORMS)
    client.force_login(a_user(role="analyst", language="en"))
    page = client.get(PAGE).content.decode()
    assert "2024年調査.csv" in page
    assert reverse("earlier:earlier_unknown") in page


def test_who_may_not_import_sees_the_list_without_doors(client: Client) -> None:
    an_account(name="あおば製作所")
    run = brought_in(FORMS)
    client.force_login(a_user(role="csm", language="en"))
    page = client.get(PAGE).content.decode()
    assert "2024年調査.csv" in page
    assert reverse("earlier:earlier_run", args=[run.pk]) not in page
    for name in ("earlier_columns", "earlier_check", "earlier_run", "earlier_refused"):
        assert client.get(reverse(f"earlier:{name}", args=[run.pk])).status_code == 403
    for name in ("earlier_upload", "earlier_unknown"):
        assert client.get(reverse(f"earlier:{name}")).status_code == 403
    for name in ("earlier_cancel", "earlier_undo", "earlier_run"):
        assert client.post(reverse(f"earlier:{name}", args=[run.pk])).status_code == 403
