from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.figures import Figures, Term, figures
from banso.know.subscriptions.jobs import refresh_all_figures
from banso.know.subscriptions.models import Subscription
from banso.know.subscriptions.writes import upsert_subscriptions
from banso.shared import clock
from banso.shared.users.writes import save_organisation

TODAY = date(2024, 6, 15)


def a_term(**fields: Any) -> Term:
    usual: dict[str, Any] = {
        "start": date(2023, 4, 1),
        "end": None,
        "term_months": 12,
        "is_trial": False,
        "outcome": "",
        "mrr_minor": 1000,
        "currency": "JPY",
    }
    return Term(**(usual | fields))


def test_a_rolling_term_decides_at_its_next_step() -> None:
    assert figures([a_term()], TODAY) == Figures(date(2025, 4, 1), 1000, "JPY")
    assert figures([a_term(term_months=1)], TODAY).next_renewal_on == date(2024, 7, 1)


def test_a_term_with_an_end_decides_there_unless_it_was_decided() -> None:
    end = date(2024, 9, 30)
    assert figures([a_term(end=end)], TODAY).next_renewal_on == end
    assert figures([a_term(end=end, outcome="churned")], TODAY) == Figures(None, 1000, "JPY")


def test_a_renewed_term_goes_on_until_its_successor() -> None:
    renewed = a_term(end=date(2024, 3, 31), outcome="renewed")
    assert figures([renewed], TODAY) == Figures(date(2025, 3, 31), 1000, "JPY")
    successor = a_term(start=date(2024, 4, 1), end=date(2025, 3, 31), mrr_minor=1200)
    assert figures([renewed, successor], TODAY) == Figures(date(2025, 3, 31), 1200, "JPY")


def test_on_the_day_of_the_renewal_it_is_still_to_be_decided() -> None:
    ends_today = a_term(end=TODAY)
    assert figures([ends_today], TODAY) == Figures(TODAY, 1000, "JPY")
    assert figures([a_term(end=TODAY, outcome="churned")], TODAY) == Figures(None, 1000, "JPY")
    assert figures([a_term(start=date(2023, 6, 15))], TODAY).next_renewal_on == TODAY
    assert figures([a_term(start=TODAY)], TODAY).next_renewal_on == date(2025, 6, 15)


def test_the_last_day_of_a_renewed_term_is_paid_once() -> None:
    renewed = a_term(end=TODAY, outcome="renewed")
    tomorrow = a_term(start=date(2024, 6, 16), end=TODAY.replace(year=2025), mrr_minor=1200)
    assert figures([renewed, tomorrow], TODAY).mrr_minor == 1000
    same_day = a_term(start=TODAY, end=TODAY.replace(year=2025), mrr_minor=1200)
    assert figures([renewed, same_day], TODAY) == Figures(date(2025, 6, 15), 1200, "JPY")


def test_who_left_pays_nothing_and_trials_do_not_count() -> None:
    left = a_term(end=date(2024, 3, 31), outcome="churned")
    assert figures([left], TODAY) == Figures(None, 0, "JPY")
    assert figures([a_term(is_trial=True)], TODAY) == Figures(None, None, "")


def test_two_currencies_are_not_added() -> None:
    terms = [a_term(), a_term(currency="USD")]
    assert figures(terms, TODAY) == Figures(date(2025, 4, 1), None, "")


@pytest.mark.django_db
def test_figures_follow_the_subscriptions_and_the_calendar() -> None:
    account, other = an_account(), an_account()
    row = {
        "external_id": "S",
        "account_id": account.pk,
        "start": date(2023, 4, 1),
        "mrr_minor": 500,
        "currency": "JPY",
    }
    with clock.held_at(TODAY):
        upsert_subscriptions(by=None, source="file", rows=[row])
        account.refresh_from_db()
        assert (account.mrr_minor, account.next_renewal_on) == (500, date(2025, 4, 1))
        upsert_subscriptions(by=None, source="file", rows=[{**row, "account_id": other.pk}])
    account.refresh_from_db()
    other.refresh_from_db()
    assert (account.mrr_minor, other.mrr_minor) == (None, 500)
    assert Subscription.objects.get().account_id == other.pk
    with clock.held_at(date(2025, 4, 2)):
        refresh_all_figures()
    other.refresh_from_db()
    assert other.next_renewal_on == date(2026, 4, 1)


@pytest.mark.django_db
def test_a_term_ends_with_the_organisations_day() -> None:
    save_organisation(by=None, time_zone="America/Los_Angeles")
    account = an_account()
    ends = date(2024, 7, 1)
    row = {"external_id": "S", "account_id": account.pk, "start": date(2023, 7, 1), "end": ends}
    with clock.held_at(datetime(2024, 7, 1, 3, tzinfo=UTC)):  # the evening of 30 June there
        upsert_subscriptions(by=None, source="s", rows=[row])
    account.refresh_from_db()
    assert account.next_renewal_on == ends
