from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.hypotheses.models import Level
from banso.prove.hypotheses.reads import ledger_state
from banso.prove.hypotheses.tests.builders import an_hypothesis
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_it_is_retired_with_a_reason_and_stays_readable(client: Client) -> None:
    hypothesis = an_hypothesis()
    client.force_login(a_user(role="manager", language="en"))
    url = reverse("hypotheses:retire_hypothesis", args=[hypothesis.pk])
    page = client.post(url, {"because": "the product changed"}, follow=True)
    hypothesis.refresh_from_db()
    assert hypothesis.level == Level.RETIRED
    assert "the product changed" in html.unescape(page.content.decode())
    assert ledger_state().holds


def test_without_a_reason_nothing_happens(client: Client) -> None:
    hypothesis = an_hypothesis()
    client.force_login(a_user(role="manager", language="en"))
    url = reverse("hypotheses:retire_hypothesis", args=[hypothesis.pk])
    assert "Say in a few words why." in client.post(url, follow=True).content.decode()
    hypothesis.refresh_from_db()
    assert hypothesis.retired_at is None
