from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.tests.builders import an_account
from banso.listen.earlier.models import Aside
from banso.listen.earlier.tests.builders import FORMS, brought_in
from banso.listen.surveys.models import Response, Wave
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_undoing_takes_the_wave_out_and_says_so(client: Client) -> None:
    an_account(name="あおば製作所")
    run = brought_in(FORMS)
    client.force_login(a_user(role="analyst", language="en"))
    page = reverse("earlier:earlier_run", args=[run.pk])
    assert "Take the answers out again" in client.get(page).content.decode()
    client.post(reverse("earlier:earlier_undo", args=[run.pk]))
    run_owed()
    assert not Wave.objects.exists()
    assert not Response.objects.exists()
    assert not Aside.objects.exists()
    assert "taken out again" in client.get(page).content.decode()


def test_there_is_nothing_to_undo_twice(client: Client) -> None:
    an_account(name="あおば製作所")
    run = brought_in(FORMS)
    client.force_login(a_user(role="analyst", language="en"))
    for _time in range(2):
        client.post(reverse("earlier:earlier_undo", args=[run.pk]))
        run_owed()
    run.refresh_from_db()
    assert run.state == "undone"
