from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Sum

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.writes import refresh_figures, upsert_subscriptions
from banso.measure.revenue.overview import overview
from banso.measure.revenue.reads import Scope, book
from banso.measure.revenue.tests.builders import TODAY, a_company, a_term
from banso.shared.clock import held_at

pytestmark = pytest.mark.django_db


def test_the_ledger_closes_with_what_the_customers_pages_say() -> None:
    a_company(15, left=4)
    undecided = an_account()
    a_term(undecided, date(2025, 3, 25), date(2026, 3, 24), mrr_minor=7_000)
    rolling = an_account()
    a_term(rolling, date(2025, 6, 1), term_months=1)
    a_term(rolling, date(2025, 9, 1), date(2026, 8, 31), mrr_minor=2_500)
    with held_at(TODAY):
        refresh_figures(Account.objects.values_list("pk", flat=True))
    found = book()
    assert found is not None
    seen = overview(found, Scope("JPY"), TODAY)
    assert seen is not None
    pages = Account.objects.aggregate(total=Sum("mrr_minor"))["total"]
    assert seen.mrr - seen.undecided_money == pages
    assert seen.undecided_money == 7_000


def test_contracts_are_read_once_and_then_only_what_changed() -> None:
    a_company(12, left=2)
    first = book()
    assert book() is first
    term = Subscription.objects.order_by("pk").last()
    assert term is not None
    row = {"external_id": term.external_id, "account_id": term.account_id, "mrr_minor": 99_000}
    row |= {"start": term.start, "end": term.end, "currency": "JPY"}
    upsert_subscriptions(by=None, source=term.source, rows=[row])
    again = book()
    assert again is not None
    assert again is not first
    assert again.contracts.mrr.max() == 99_000
    assert len(again.contracts.mrr) == Subscription.objects.count()
