from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.listen.earlier import running
from banso.listen.earlier.jobs import carry_on
from banso.listen.earlier.models import State
from banso.listen.earlier.tests.builders import FORMS, a_draft, checked
from banso.listen.earlier.writes.runs import ask_for_run, bring_in_chunk
from banso.listen.surveys.models import Response
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client: Client) -> Client:
    client.force_login(a_user(role="analyst", language="en"))
    return client


def test_a_checked_file_is_brought_in_once_however_often_one_presses(analyst: Client) -> None:
    account = an_account(name="あおば製作所")
    run = checked(*a_draft(FORMS))
    page = reverse("earlier:earlier_run", args=[run.pk])
    analyst.post(page)
    analyst.post(page)
    run_owed()
    assert Response.objects.filter(account=account).count() == 2
    assert "2024年調査" in analyst.get(page).content.decode()
    analyst.post(page)
    run_owed()
    assert Response.objects.count() == 2


def test_a_run_that_broke_goes_on_where_it_stopped(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = an_account(name="あおば製作所")
    rows = "".join(f"a{n}@example.jp,あおば製作所,2024-05-01,{n % 11}\n" for n in range(30))
    run = checked(*a_draft("メール,会社名,回答日,NPS\n" + rows))
    monkeypatch.setattr("banso.listen.earlier.running.ROWS_AT_ONCE", 10)
    calls, really = [], bring_in_chunk

    def breaks(**given: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError
        really(**given)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "bring_in_chunk", breaks)
    ask_for_run(by=None, run=run)
    carry_on(run.pk, State.RUNNING)
    run.refresh_from_db()
    assert (run.state, Response.objects.count()) == ("failed", 10)
    page = reverse("earlier:earlier_run", args=[run.pk])
    assert "Go on where it stopped" in analyst.get(page).content.decode()
    analyst.post(page)
    run_owed()
    run.refresh_from_db()
    assert (run.state, run.created) == ("done", 30)
    assert Response.objects.filter(account=account).count() == 30
