from __future__ import annotations

from datetime import timedelta

import pytest

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.models import HealthModel, HealthScore
from banso.measure.health.rules import CONTACT_DAYS
from banso.measure.health.tests.builders import TODAY, measured
from banso.measure.health.writes.model import save_model
from banso.measure.health.writes.scoring import refresh_health
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import record
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def known(users: float, days_silent: int = 20) -> Account:
    account = an_account(last_contact_on=TODAY - timedelta(days=days_silent), touch_model="mid")
    measured(account, active_users_28d=users, usage_28d=10 * users, usage_trend_28d=0.0)
    return account


def test_every_account_gets_a_score_and_its_figure() -> None:
    quiet, busy = known(1), known(9)
    an_account()
    refresh_health(today=TODAY)
    scores = {pk: score or 0 for pk, score in Account.objects.values_list("pk", "health")}
    assert scores[busy.pk] > scores[quiet.pk] > 0
    assert Account.objects.filter(health=None).count() == 1
    unknown = HealthScore.objects.get(score=None)
    assert all(part["m"] for part in unknown.parts.values())


def test_running_twice_changes_nothing() -> None:
    known(1), known(9)
    refresh_health(today=TODAY)
    before = list(HealthScore.objects.order_by("pk").values())
    counts = refresh_health(today=TODAY)
    assert list(HealthScore.objects.order_by("pk").values()) == before
    assert counts.changed == 0
    assert HealthModel.objects.count() == 1


def test_history_gets_a_line_when_the_score_changes() -> None:
    account = known(5)
    known(1), known(9)
    refresh_health(today=TODAY)
    measured(account, active_users_28d=1, usage_28d=10, usage_trend_28d=-0.4)
    refresh_health(today=TODAY + timedelta(days=1))
    lines = HealthScore.objects.filter(account=account).order_by("as_of")
    assert [line.is_current for line in lines] == [False, True]
    assert (lines[1].score or 0) < (lines[0].score or 0)


def test_values_stay_fresh_while_the_score_stands() -> None:
    account = known(5, days_silent=1)
    known(1), known(9)
    refresh_health(today=TODAY)
    refresh_health(today=TODAY + timedelta(days=3))
    line = HealthScore.objects.get(account=account)
    assert line.as_of == TODAY
    assert line.parts[CONTACT_DAYS]["v"] == 4


def test_a_customer_that_left_loses_its_score() -> None:
    account = known(5)
    known(1)
    refresh_health(today=TODAY)
    Account.objects.filter(pk=account.pk).update(stage="left")
    refresh_health(today=TODAY)
    account.refresh_from_db()
    assert account.health is None
    assert not HealthScore.objects.filter(account=account, is_current=True).exists()
    Account.objects.filter(pk=account.pk).update(stage="adoption")
    refresh_health(today=TODAY)
    assert HealthScore.objects.get(account=account).is_current


def test_usage_is_left_out_while_no_events_arrive() -> None:
    account = known(5)
    known(1)
    refresh_health(today=TODAY + timedelta(days=60))
    line = HealthScore.objects.get(account=account)
    assert line.score is None
    assert line.parts["usage_28d"]["m"] == "stale"


def test_open_marks_are_proposed_from_the_customers() -> None:
    for users in range(1, 21):
        known(users)
    refresh_health(today=TODAY)
    line = next(m for m in HealthModel.objects.latest("pk").lines if m.key == "active_users_28d")
    assert (line.low, line.high) == (3, 18)


def test_other_weights_score_everybody_anew() -> None:
    account = known(9)
    known(1)
    with clock.held_at(TODAY):
        refresh_health(today=TODAY)
        lines = HealthModel.objects.latest("pk").lines
        save_model(by=a_user(role="manager"), measures=[m for m in lines if m.key == CONTACT_DAYS])
        run_owed()
    account.refresh_from_db()
    assert account.health == 94
    assert Entry.objects.filter(kind="health_model.saved").count() == 1


def test_metrics_lead_to_health() -> None:
    account = known(9)
    known(1)
    with clock.held_at(TODAY):
        record("metrics.refreshed", by=None)
        run_owed()
    account.refresh_from_db()
    assert account.health is not None
    assert Entry.objects.filter(kind="health.refreshed").exists()
