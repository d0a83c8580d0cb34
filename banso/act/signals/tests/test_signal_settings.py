from __future__ import annotations

import pytest
from django.test import Client

from banso.act.signals.models import Signal, SignalRule
from banso.act.signals.tests.builders import renewing
from banso.measure.health.tests.builders import TODAY
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/signals/settings/"
CHANGE = {"kind": "renewal_near", "renewal_near-is_on": "on", "renewal_near-within_days": "30"}


def test_a_manager_changes_a_threshold_and_it_counts(client: Client) -> None:
    renewing(20), renewing(60)
    client.force_login(a_user(role="manager"))
    with clock.held_at(TODAY):
        assert client.post(URL, CHANGE).status_code == 302
        run_owed()
    assert Signal.objects.filter(closed_at=None).count() == 1


def test_a_wrong_threshold_is_refused(client: Client) -> None:
    client.force_login(a_user(role="manager"))
    response = client.post(URL, CHANGE | {"renewal_near-within_days": "3"})
    assert response.status_code == 200
    assert not SignalRule.objects.exists()


@pytest.mark.parametrize("role", ["csm", "viewer"])
def test_others_read_and_cannot_change(client: Client, role: str) -> None:
    client.force_login(a_user(role=role))
    assert "<fieldset disabled>" in client.get(URL).content.decode()
    assert client.post(URL, CHANGE).status_code == 403


@pytest.mark.parametrize(
    ("language", "word"), [("en", "First value not reached"), ("ja", "最初の価値に未到達")]
)
def test_it_is_in_both_languages(client: Client, language: str, word: str) -> None:
    client.force_login(a_user(language=language))
    assert word in client.get(URL).content.decode()
