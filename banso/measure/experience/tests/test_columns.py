"""The quick ways to read and sort are held against the plain ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.listen.surveys.models import Response
from banso.listen.surveys.tests.builders import a_wave
from banso.measure.experience.answers import customers_on
from banso.measure.experience.columns import EPOCH, NONE, dates, table
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


def test_dates_are_told_in_days() -> None:
    """Who has none is not among them."""
    began = an_account(signed_up_on=date(2024, 2, 29))
    earlier = an_account(signed_up_on=date(1969, 12, 31))
    an_account(signed_up_on=None)
    rows, days = dates(Account.objects.all(), "signed_up_on")
    told = dict(zip(rows.tolist(), days.tolist(), strict=True))
    assert told == {began.pk: (date(2024, 2, 29) - EPOCH).days, earlier.pk: -1}
    assert [len(x) for x in dates(Account.objects.none(), "signed_up_on")] == [0, 0]


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
