from __future__ import annotations

from datetime import UTC, datetime

import pytest

from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.listen.events.models import Feature
from banso.listen.events.tests.builders import an_event_name
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.suggestions import MOST, Found, Known, proposals
from banso.measure.metrics.writes.definitions import suggest_metrics

pytestmark = pytest.mark.django_db
HABITS = {"streak", "own_past", "seats_active", "feature_entropy"}


def test_habits_are_proposed_where_their_data_is() -> None:
    def kinds(**known: int | bool) -> set[str]:
        return HABITS & {p.shape for p in proposals([Found("login")], [], Known(**known))}  # type: ignore[arg-type]

    assert kinds() == set()
    assert kinds(days=100, features=2) == set()
    assert kinds(days=200) == {"streak", "own_past"}
    assert kinds(has_seats=True, features=3) == {"seats_active", "feature_entropy"}


def test_they_are_few_and_come_before_the_many() -> None:
    names = [Found(f"event {n}", numbers=["a", "b"]) for n in range(200)]
    made = proposals(names, ["admin", "member"], Known(has_seats=True, features=9, days=900))
    assert len(made) <= MOST
    assert sum(p.shape in HABITS for p in made) == len(HABITS)
    for proposal in made:
        assert set(proposal.params) <= {p.key for p in shapes()[proposal.shape].parameters}


def test_what_is_there_decides() -> None:
    for number, name in enumerate(("login", "export", "share")):
        feature = Feature.objects.create(key=f"f{number}")
        seen = {"first_seen": datetime(2024, 1, 6, tzinfo=UTC)}
        an_event_name(name, feature=feature, **seen)
    Subscription.objects.create(
        account=an_account(), external_id="c", start=datetime(2024, 1, 1, tzinfo=UTC), seats=5
    )
    suggest_metrics()
    found = {d.shape: d for d in MetricDefinition.objects.filter(shape__in=HABITS)}
    assert set(found) == HABITS
    assert found["streak"].name_en == "Weeks of use in a row"
    assert found["seats_active"].name_ja == "席の利用率（28日間）"
    assert found["streak"].unit == "weeks"
    assert suggest_metrics() == 0
