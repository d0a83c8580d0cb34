"""The quick ways to read and sort are held against the plain ones."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import a_wave
from banso.measure.experience.answers import customers_on
from banso.measure.experience.columns import NONE, distinct, table
from banso.measure.experience.tests.builders import an_answer
from banso.shared import clock

pytestmark = pytest.mark.django_db


def test_columns_hold_what_the_rows_hold() -> None:
    wave = a_wave()
    an_answer(wave, "above")
    an_answer(wave, "no_trouble", intent=5)
    an_answer(wave, "below", recommend=0)
    Response.objects.filter(leaf="below").update(satisfaction=None, person=None)
    names = ("pk", "account_id", "person_id", "satisfaction", "recommend")
    plain = [
        tuple(NONE if x is None else x for x in row) for row in Response.objects.values_list(*names)
    ]
    assert sorted(zip(*table(Response.objects.all(), *names).tolist(), strict=True)) == sorted(
        plain
    )


def test_of_no_rows_there_is_nothing() -> None:
    assert table(Account.objects.none(), "pk", "employees").shape == (2, 0)
    assert table(Account.objects.all(), "pk", "employees").shape == (2, 0)


def test_distinct_is_what_numpy_calls_unique() -> None:
    drawn = np.random.default_rng(1).integers(-9, 9, 200)
    for values in (drawn, drawn[:1], drawn[:0]):
        assert distinct(values).tolist() == np.unique(values).tolist()


def test_customers_pay_in_the_currency_of_most() -> None:
    """Amounts of one customer are added up; who pays in another currency alone is counted apart."""
    day = clock.today()
    yen, dollars, both, free = (an_account() for _ in range(4))
    terms = ((yen, "JPY", 100), (yen, "JPY", 50), (dollars, "USD", 7), (both, "USD", 9),
             (both, "JPY", 20), (free, "JPY", None))  # fmt: skip
    for number, (account, currency, mrr) in enumerate(terms):
        Subscription.objects.create(
            account=account, external_id=str(number), start=day - timedelta(9), currency=currency,
            mrr_minor=mrr,
        )  # fmt: skip
    found = customers_on(day, object())
    told = {yen.pk: 150.0, dollars.pk: 0.0, both.pk: 20.0, free.pk: 0.0}
    assert dict(zip(found.ids.tolist(), found.mrr.tolist(), strict=True)) == told
    assert (found.currency, found.foreign, found.known) == ("JPY", 1, True)
