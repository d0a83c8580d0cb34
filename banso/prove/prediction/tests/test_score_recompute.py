"""Anybody may have the score looked at again; it is made from the company's own data."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from banso.know.accounts.models import Account
from banso.know.notes.models import Note
from banso.know.subscriptions.models import Subscription
from banso.measure.health.rules import CONTACT, CONTACT_DAYS, LOWER, USAGE, Measure
from banso.measure.health.writes.model import save_model
from banso.measure.metrics.tests.builders import a_metric
from banso.prove.prediction.jobs import check_score
from banso.prove.prediction.models import ScoreCheck
from banso.prove.prediction.readings import decided
from banso.prove.studies.tests.builders import TODAY, companies
from banso.shared import clock
from banso.shared.journal.models import Job
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table, an_event
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_a_check_can_be_asked_for(client: Client) -> None:
    client.force_login(a_user(role="viewer"))
    client.post(reverse("prediction:score_recompute"))
    assert Job.objects.filter(name="prediction.check").exists()


def a_company_with_usage(n: int = 120) -> None:
    """Customers whose annual terms ended; those that renewed had signed in before."""
    a_metric("usage_28d", shape="recent_count", params={"event": "", "days": 28})
    companies(n)
    events = []
    for account in Account.objects.order_by("pk"):
        last = account_end(account)
        for back in range(700, 0, -40):
            at = last - timedelta(days=back)
            events.append(an_event(f"{at:%Y-%m-%d} 10:00", account_key=account.external_id))
    lake.append(events=a_table(*events), source="s")
    lake.compact()
    save_model(
        by=None,
        measures=[
            Measure("usage_28d", USAGE, 60, 0, 4),
            Measure(CONTACT_DAYS, CONTACT, 40, 14, 120, LOWER),
        ],
    )


def account_end(account: Account) -> date:
    end = Subscription.objects.get(account=account).end
    assert end is not None
    return end


def test_the_points_are_those_known_at_the_landmark() -> None:
    a_company_with_usage(40)
    account = Account.objects.order_by("pk")[0]
    end = account_end(account)
    for back, name in ((100, "before the landmark"), (20, "after it")):
        at = datetime.combine(end - timedelta(days=back), time(9), UTC)
        Note.objects.create(account=account, at=at, happened=name)
    with clock.held_at(TODAY):
        found = decided(TODAY)
    assert found is not None
    row = found.account.tolist().index(account.pk)
    assert found.points[row, 1] == 100.0  # ten days before the landmark, not twenty after it
    others = [n for n, pk in enumerate(found.account.tolist()) if pk != account.pk]
    assert not (found.points[others, 1] == found.points[others, 1]).any()  # nobody wrote anything
    assert (found.points[:, 0] > 0).all()


def test_the_job_keeps_a_check_once() -> None:
    a_company_with_usage()
    with clock.held_at(TODAY):
        check_score()
        check_score()
    (check,) = ScoreCheck.objects.all()
    assert check.numbers["decisions"] > 50
    assert check.model is not None


def test_without_contracts_or_events_there_is_nothing_to_keep() -> None:
    check_score()
    assert not ScoreCheck.objects.exists()
