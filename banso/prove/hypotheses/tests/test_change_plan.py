from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.hypotheses.models import EntryKind, LedgerEntry
from banso.prove.hypotheses.reads import ledger_state
from banso.prove.hypotheses.tests.builders import an_hypothesis
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_owner_and_day_change_and_the_ledger_says_so(client: Client) -> None:
    hypothesis, other = an_hypothesis(), a_user(role="csm")
    client.force_login(a_user(role="manager"))
    day = clock.today() + timedelta(days=10)
    url = reverse("hypotheses:change_plan", args=[hypothesis.pk])
    client.post(url, {"owner": other.pk, "next_check_on": day})
    hypothesis.refresh_from_db()
    assert (hypothesis.owner, hypothesis.next_check_on) == (other, day)
    assert LedgerEntry.objects.latest("number").kind == EntryKind.PLANNED
    assert ledger_state().holds


def test_a_day_that_is_over_is_refused(client: Client) -> None:
    hypothesis = an_hypothesis()
    client.force_login(a_user(role="manager", language="en"))
    url = reverse("hypotheses:change_plan", args=[hypothesis.pk])
    given = {"owner": hypothesis.owner_id, "next_check_on": "2020-01-01"}
    page = client.post(url, given, follow=True).content.decode()
    assert "Choose a day after today." in page
