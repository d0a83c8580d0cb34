from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.listen.earlier.tests.builders import FORMS, a_draft, checked
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client: Client) -> Client:
    client.force_login(a_user(role="analyst", language="en"))
    return client


def test_the_page_says_what_would_come_in_and_whom_nobody_knows(analyst: Client) -> None:
    an_account(name="あおば製作所")
    run = checked(*a_draft(FORMS))
    page = analyst.get(reverse("earlier:earlier_check", args=[run.pk])).content.decode()
    assert "3 answers would come in" in page
    assert "みどり食品" in page
    assert "Answered above expectation 1" in page


def test_a_draft_leads_back_to_its_columns(analyst: Client) -> None:
    run, _mapping = a_draft(FORMS)
    answer = analyst.get(reverse("earlier:earlier_check", args=[run.pk]))
    assert answer["Location"] == reverse("earlier:earlier_columns", args=[run.pk])


def test_a_file_that_vanished_says_so(analyst: Client) -> None:
    run, mapping = a_draft(FORMS)
    run.upload.path.unlink()
    checked(run, mapping)
    assert run.state == "failed"
    page = analyst.get(reverse("earlier:earlier_check", args=[run.pk])).content.decode()
    assert "no longer there" in page
