from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.prove.hypotheses.outcomes import expansions

pytestmark = pytest.mark.django_db
CUT = date(2026, 6, 30)


def terms(account: Account, *amounts: int | None, **fields: Any) -> None:
    """One annual term after the other, the first from 2024 on."""
    for year, amount in enumerate(amounts):
        Subscription.objects.create(
            account=account,
            external_id=f"{account.pk}-{Subscription.objects.count()}",
            start=date(2024 + year, 1, 1),
            end=date(2024 + year, 12, 31),
            mrr_minor=amount,
            **{"currency": "JPY"} | fields,
        )


def found() -> dict[int, list[bool]]:
    rows = expansions(CUT, 90)
    made: dict[int, list[bool]] = {}
    for account, missed in zip(
        rows["account_id"].to_pylist(), rows["not_renewed"].to_pylist(), strict=True
    ):
        made.setdefault(account, []).append(missed)
    return made


def test_who_pays_more_after_the_renewal_has_expanded() -> None:
    up, same, left, unknown = (an_account() for _ in range(4))
    terms(up, 100, 150, 150)
    terms(same, 100, 100, 90)
    terms(left, 100)
    terms(unknown, 100, None)
    assert found() == {up.pk: [False, True], same.pk: [True, True]}


def test_a_second_product_beside_the_first_is_an_expansion() -> None:
    account = an_account()
    terms(account, 100, 100)
    Subscription.objects.create(
        account=account, external_id="second", start=date(2025, 1, 15), mrr_minor=30, currency="JPY"
    )
    assert found()[account.pk][0] is False


def test_a_renewal_of_yesterday_is_not_judged_yet() -> None:
    account = an_account()
    Subscription.objects.create(
        account=account, external_id="a", start=CUT - timedelta(days=370),
        end=CUT - timedelta(days=5), outcome="renewed", mrr_minor=100, currency="JPY",
    )  # fmt: skip
    assert found() == {}


def test_amounts_in_two_currencies_are_left_out() -> None:
    account = an_account()
    terms(account, 100)
    terms(account, 100, currency="USD")
    assert found() == {}
