from __future__ import annotations

from datetime import timedelta

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.listen.surveys.tests.builders import CALM, SILENT, a_response, a_wave
from banso.prove.contrasts.intent_outcome import KEY, answered, answered_until
from banso.prove.contrasts.tests.builders import DAY
from banso.prove.hypotheses.outcomes import open_outcomes
from banso.shared import clock

pytestmark = pytest.mark.django_db


def test_hypotheses_may_be_about_the_intent_to_continue() -> None:
    assert str(open_outcomes()[KEY].name) == "Intent to continue (surveys)"
    assert answered_until(DAY) is None and answered(DAY, 90).num_rows == 0
    accounts = [an_account() for _ in range(3)]
    for place, account in enumerate(accounts[:2]):
        Subscription.objects.create(
            account=account, external_id=f"T-{place}", start=DAY - timedelta(days=400),
            term_months=12, mrr_minor=1000, currency="JPY",
        )  # fmt: skip
    with clock.held_at(DAY):
        wave = a_wave()
        for account, answers in zip(accounts, (CALM, SILENT, CALM), strict=True):
            a_response(wave, answers, account=account)
        a_response(wave, CALM)
    rows = answered(DAY, 90)
    assert rows["account_id"].to_pylist() == [one.pk for one in accounts[:2]], "who had a contract"
    assert rows["not_renewed"].to_pylist() == [False, True]
    assert rows["landmark"].to_pylist()[0] == DAY - timedelta(days=90)
    assert answered_until(DAY) == DAY and answered(DAY - timedelta(days=1), 90).num_rows == 0
