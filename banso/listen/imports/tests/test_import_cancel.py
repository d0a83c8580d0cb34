from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.listen.imports.tests.builders import an_upload, checked
from banso.listen.imports.writes import ask_for_run
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_cancelled_run_imports_nothing_more(client: Client) -> None:
    run = checked(an_upload("account_id,account_name\nA,Aoba\n"))
    ask_for_run(by=None, run=run)
    client.force_login(a_user(role="manager"))
    client.post(reverse("imports:import_cancel", args=[run.pk]))
    run_owed()
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert not Account.objects.exists()


def test_only_some_roles_may(client: Client) -> None:
    run = checked(an_upload("account_id,account_name\nA,Aoba\n"))
    client.force_login(a_user(role="csm"))
    assert client.post(reverse("imports:import_cancel", args=[run.pk])).status_code == 403
    run.refresh_from_db()
    assert run.state == "checked"
