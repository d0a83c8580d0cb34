from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from banso.listen.earlier.tests.builders import FORMS, a_draft, checked
from banso.listen.surveys.models import Survey
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_cancelled_file_brings_nothing_in(client: Client) -> None:
    run = checked(*a_draft(FORMS))
    client.force_login(a_user(role="analyst"))
    client.post(reverse("earlier:earlier_cancel", args=[run.pk]))
    client.post(reverse("earlier:earlier_run", args=[run.pk]))
    run_owed()
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert not Survey.objects.exists()
