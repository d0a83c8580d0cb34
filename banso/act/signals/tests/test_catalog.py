from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from banso.act.signals import catalog
from banso.act.signals.kinds import kinds
from banso.act.signals.models import Signal
from banso.act.signals.tests.builders import a_subscription, fallen, renewing
from banso.act.signals.writes import refresh_signals
from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.tests.builders import TODAY, measured

pytestmark = pytest.mark.django_db


def raised(kind: str) -> set[int]:
    refresh_signals(today=TODAY)
    return set(
        Signal.objects.filter(kind=kind, closed_at=None).values_list("account_id", flat=True)
    )


def reason(kind: str, data: dict[str, Any], language: str, today: date = TODAY) -> str:
    with translation.override(language):
        return kinds()[kind].reason(data, today)


def test_every_file_of_the_catalogue_is_a_kind_under_its_name() -> None:
    files = {path.stem for path in Path(catalog.__path__[0]).glob("*.py")} - {"__init__"}
    assert set(kinds()) == files


def test_the_readme_lists_every_kind() -> None:
    readme = Path(catalog.__path__[0]).parent / "README.md"
    listed = re.findall(r"^- `(\w+)`$", readme.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == sorted(kinds()), "bring the list in banso/act/signals/README.md up to date"


def test_a_renewal_within_90_days_is_near() -> None:
    near, far, past = renewing(89), renewing(91), renewing(-1)
    assert raised("renewal_near") == {near.pk}
    assert not {far.pk, past.pk} & raised("renewal_near")


def test_a_monthly_term_renews_all_the_time_and_is_left_out() -> None:
    soon = TODAY + timedelta(days=10)
    rolling, fixed, annual = (an_account(next_renewal_on=soon) for _ in range(3))
    a_subscription(rolling, term_months=1)
    a_subscription(fixed, start=TODAY - timedelta(days=20), end=soon, term_months=1)
    a_subscription(annual, term_months=12)
    assert raised("renewal_near") == {annual.pk}


def test_low_health_makes_a_renewal_more_urgent() -> None:
    well, ill = renewing(30, health=90), renewing(30, health=10)
    refresh_signals(today=TODAY)
    found = dict(Signal.objects.filter(kind="renewal_near").values_list("account_id", "priority"))
    assert found[ill.pk] > found[well.pk]


def test_usage_that_fell_by_30_percent_or_more() -> None:
    fell, stayed = fallen(-0.42, 70), fallen(-0.2, 70)
    little = fallen(-0.5, 5)
    assert raised("usage_fell") == {fell.pk}
    assert not {stayed.pk, little.pk} & raised("usage_fell")
    signal = Signal.objects.get(account=fell)
    assert (signal.data["now"], signal.data["before"]) == (70, 121)


def test_usage_that_stopped_is_found_by_its_weeks() -> None:
    stopped = an_account()
    series = {"usage_28d": [100, 100, 90, 60, 30, 0]}
    measured(stopped, usage_trend_28d=-1.0, usage_28d=0, series=series)
    assert raised("usage_fell") == {stopped.pk}


def test_an_account_without_a_trend_raises_nothing() -> None:
    account = an_account()
    measured(account, usage_28d=0, usage_trend_28d=None)
    assert raised("usage_fell") == set()


def test_no_usage_signal_while_no_events_arrive_at_all() -> None:
    account = an_account(signed_up_on=TODAY - timedelta(days=40))
    old = TODAY - timedelta(days=40)
    measured(
        account, as_of=old, usage_trend_28d=-0.9, usage_28d=50, days_to_first_value=("not yet", 40)
    )
    refresh_signals(today=TODAY)
    assert not Signal.objects.exists()


def test_a_new_customer_without_first_value() -> None:
    def new(days: int, value: Any) -> Account:
        account = an_account(signed_up_on=TODAY - timedelta(days=days))
        measured(account, days_to_first_value=value)
        return account

    waiting = new(45, ("not yet", 45))
    new(45, 12), new(20, ("not yet", 20)), new(300, ("not yet", 300))
    assert raised("first_value_not_reached") == {waiting.pk}


@pytest.mark.parametrize(
    ("touch_model", "quiet", "still_fine"), [("high", 30, 29), ("mid", 60, 59), ("low", 120, 119)]
)
def test_silence_by_touch_model(touch_model: str, quiet: int, still_fine: int) -> None:
    silent = an_account(touch_model=touch_model, last_contact_on=TODAY - timedelta(days=quiet))
    an_account(touch_model=touch_model, last_contact_on=TODAY - timedelta(days=still_fine))
    an_account(touch_model="tech", last_contact_on=TODAY - timedelta(days=900))
    assert raised("no_contact") == {silent.pk}


def test_never_contacted_counts_only_where_contacts_are_recorded() -> None:
    never = an_account(signed_up_on=TODAY - timedelta(days=200))
    assert raised("no_contact") == set()
    an_account(last_contact_on=TODAY)
    assert raised("no_contact") == {never.pk}


def test_customers_that_left_raise_nothing() -> None:
    left = renewing(10, stage="left", last_contact_on=TODAY - timedelta(days=300))
    over = an_account(last_contact_on=TODAY - timedelta(days=300))
    a_subscription(over, end=TODAY - timedelta(days=1), outcome="churned")
    refresh_signals(today=TODAY)
    assert not Signal.objects.filter(account__in=[left, over]).exists()


SENTENCES = [
    (
        "renewal_near",
        {"renewal_on": "2026-07-08", "health": None},
        "Renewal in 23 days",
        "更新まで23日",
    ),
    (
        "renewal_near",
        {"renewal_on": "2026-07-08", "health": 31},
        "Renewal in 23 days, with a health score of only 31",
        "更新まで23日(ヘルススコアは31)",
    ),
    ("renewal_near", {"renewal_on": "2026-06-15"}, "The renewal is today", "本日が更新日です"),
    (
        "usage_fell",
        {"trend": -0.417, "now": 70, "before": 120},
        "Usage fell by 42% (70 uses in the last 28 days, 120 in the 28 days before)",
        "利用が42%減っています(直近28日 70回、その前の28日 120回)",
    ),
    (
        "usage_fell",
        {"trend": -1.0, "now": 0, "before": 1200},
        "Usage stopped (no use in the last 28 days, 1,200 in the 28 days before)",
        "利用が止まっています(直近28日は0回、その前の28日は1,200回)",
    ),
    (
        "first_value_not_reached",
        {"signed_up_on": "2026-05-01"},
        "First value not reached 45 days after sign-up",
        "利用開始から45日、まだ最初の価値に届いていません",
    ),
    (
        "no_contact",
        {"since": "2026-04-15", "never": False},
        "No contact for 61 days",
        "61日間、連絡が途絶えています",
    ),
    (
        "no_contact",
        {"since": "2026-04-15", "never": True},
        "No contact recorded since sign-up 61 days ago",
        "利用開始から61日、連絡の記録がありません",
    ),
]


@pytest.mark.parametrize(("kind", "data", "english", "japanese"), SENTENCES)
def test_a_reason_reads_well_in_both_languages(
    kind: str, data: dict[str, Any], english: str, japanese: str
) -> None:
    assert reason(kind, data, "en") == english
    assert reason(kind, data, "ja") == japanese


def test_a_reason_is_of_the_day_it_is_read() -> None:
    later = TODAY + timedelta(days=2)
    assert reason("no_contact", {"since": "2026-04-15"}, "en", later) == "No contact for 63 days"
