"""What later stages get of the answers."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.listen.surveys.tests.builders import a_wave
from banso.measure.experience.answers import customers_on
from banso.measure.experience.reads import FEWEST_TO_READ, rows_of, tree_of, wave_asked, waves
from banso.measure.experience.tests.builders import an_answer, answers
from banso.measure.revenue.reads import book
from banso.measure.revenue.spans import spans_of
from banso.shared import clock

pytestmark = pytest.mark.django_db


def test_leaves_are_counted_in_people_customers_and_money() -> None:
    wave = a_wave(opens_on=date(2026, 6, 1))
    big = an_account(segment="Enterprise")
    for account, mrr in ((big, 300_000), (an_account(segment="SMB"), 100_000)):
        Subscription.objects.create(
            account=account, external_id=f"S-{account.pk}", start=date(2026, 1, 1),
            end=date(2026, 12, 31), mrr_minor=mrr, currency="JPY",
        )  # fmt: skip
    an_answer(wave, "above", big)
    an_answer(wave, "above", big)
    an_answer(wave, "not_consulted", big)
    answers(wave, "no_trouble", 2)
    tree = tree_of(wave)
    above, silent = tree.leaf("above"), tree.leaf("not_consulted")
    assert (above.people, above.accounts) == (2, 1)
    assert above.customers == pytest.approx(2 / 3) and above.mrr_minor == pytest.approx(200_000)
    assert above.intents == (0, 0, 0, 0, 2) and silent.intents == (0, 1, 0, 0, 0)
    assert silent.intents_mrr[1] == pytest.approx(100_000)
    assert (tree.people, tree.accounts, tree.population) == (5, 3, 2)
    only = tree_of(wave, {"segment": "Enterprise"})
    assert (only.people, only.population) == (3, 1)


def test_rows_have_their_weight_and_fields() -> None:
    wave = a_wave()
    account = an_account(segment="SMB", employees=120)
    an_answer(wave, "above", account, recommend=9)
    an_answer(wave, "below", account)
    table = rows_of(wave, ["segment", "size"])
    assert table["leaf"].to_pylist() == ["above", "below"]
    assert table["account_id"].to_pylist() == [account.pk] * 2
    assert table["weight"].to_pylist() == [0.5, 0.5]
    assert table["recommend"].to_pylist() == [9, 7]
    assert table["size"].to_pylist() == ["50-299"] * 2


def test_anonymous_rows_belong_to_nobody() -> None:
    wave = a_wave(is_anonymous=True)
    answers(wave, "above", 3)
    tree, table = tree_of(wave), rows_of(wave, ["segment"])
    assert tree.is_anonymous and tree.leaf("above").people == 3 and not tree.accounts
    assert table["account_id"].null_count == 3 and table["segment"].to_pylist() == [""] * 3


def test_customers_of_a_day_are_those_of_the_ledger() -> None:
    """Any contracts: who pays what on the day is what the revenue page says."""
    pick, day = np.random.default_rng(4), date(2026, 6, 1)
    for number in range(120):
        account = an_account()
        end = day + timedelta(int(pick.integers(-400, 200)))
        for term in range(int(pick.integers(1, 3))):
            start = end - timedelta(365 * (2 - term))
            stop = None if pick.random() < 0.1 else start + timedelta(364)
            Subscription.objects.create(
                account=account, external_id=f"S-{number}-{term}", start=start, end=stop,
                mrr_minor=[0, 1000, 2000, None][pick.integers(4)], currency="JPY",
                outcome=["", "renewed", "churned"][pick.integers(3)] if stop else "",
            )  # fmt: skip
    found, whole = customers_on(day, object()), book()
    assert whole is not None
    cut = (day - date(1970, 1, 1)).days
    spans = spans_of(whole.contracts, cut)
    live = spans.at(cut) & spans.paying
    same = len(np.intersect1d(found.ids, spans.account[live]))
    assert same >= 0.95 * len(np.union1d(found.ids, spans.account[live]))


def test_only_what_was_answered_is_offered() -> None:
    asked, earlier = a_wave(), a_wave(name="2025", opens_on=date(2025, 6, 1))
    assert waves() == [] and wave_asked([], "") is None
    answers(asked, "above", 1)
    answers(earlier, "above", 1)
    assert waves() == [asked, earlier]
    assert wave_asked(waves(), str(earlier.pk)) == earlier


def test_a_wave_that_has_only_begun_does_not_hide_the_one_before() -> None:
    new = a_wave(opens_on=clock.today(), opened_at=clock.now())
    before = a_wave(name="2025", opens_on=date(2025, 6, 1))
    answers(new, "above", 2)
    assert wave_asked(waves(), "") == new
    answers(before, "above", 2)
    assert wave_asked(waves(), "") == before
    assert wave_asked(waves(), str(new.pk)) == new
    answers(new, "below", FEWEST_TO_READ - 2)
    assert wave_asked(waves(), "") == new


def test_a_closed_wave_is_read_however_few_answered() -> None:
    new = a_wave(opens_on=clock.today(), opened_at=clock.now(), closed_at=clock.now())
    answers(new, "above", 1)
    answers(a_wave(name="2025", opens_on=date(2025, 6, 1)), "above", 2)
    assert wave_asked(waves(), "") == new
