from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.listen.imports import running
from banso.listen.imports.applying import Applier
from banso.listen.imports.jobs import carry_on
from banso.listen.imports.models import State
from banso.listen.imports.tests.builders import an_upload, checked, counts
from banso.listen.imports.writes import ask_for_run
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
ROWS = "".join(f"A{n},Name {n}\n" for n in range(50))
FILE = f"account_id,account_name\n{ROWS}A1,Again\n"


def test_the_import_runs_in_the_worker_and_leads_on(client: Client) -> None:
    client.force_login(a_user(role="manager", language="en"))
    run = checked(an_upload(FILE))
    url = reverse("imports:import_run", args=[run.pk])
    assert client.post(url).headers["Location"] == url
    assert 'hx-trigger="every 1s"' in client.get(url).content.decode()
    run_owed()
    page = client.get(url).content.decode()
    assert reverse("accounts:account_list") in page
    assert reverse("studies:evidence_list") in page
    assert Account.objects.count() == 50
    finished = Entry.objects.get(kind="import.finished")
    assert (finished.payload["created"], finished.payload["refused"]) == (50, 1)


def test_a_run_that_broke_off_goes_on_where_it_stopped(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 10)
    run = checked(an_upload(FILE))
    ask_for_run(by=None, run=run)
    apply, calls = Applier.apply, []

    def break_at_third(self: Applier, *given: object) -> object:
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("the disk is full")
        return apply(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(Applier, "apply", break_at_third)
        carry_on(run.pk, State.RUNNING)
    run.refresh_from_db()
    assert (run.state, run.created, run.position) == ("failed", 20, 21)
    client.force_login(a_user(role="manager", language="en"))
    url = reverse("imports:import_run", args=[run.pk])
    assert "Go on where it stopped" in client.get(url).content.decode()
    client.post(url)
    run_owed()
    run.refresh_from_db()
    assert (run.state, counts(run)) == ("done", (50, 0, 0, 1))
    assert len(run.refused_path.read_text("utf-8-sig").splitlines()) == 2


def test_a_done_run_does_not_start_again(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    run = checked(an_upload(FILE))
    url = reverse("imports:import_run", args=[run.pk])
    for _ in range(2):
        client.post(url)
        run_owed()
    assert Entry.objects.filter(kind="import.finished").count() == 1


def test_only_some_roles_may(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    run = checked(an_upload(FILE))
    assert client.post(reverse("imports:import_run", args=[run.pk])).status_code == 403
