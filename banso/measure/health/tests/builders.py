from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Max

from banso.know.accounts.models import Account
from banso.measure.health.models import HealthModel, HealthScore
from banso.measure.health.rules import DEFAULT_MEASURES, as_json
from banso.measure.metrics.models import AccountMeasures, AccountSeries, MetricDefinition, Refresh
from banso.measure.metrics.reads import newest_revision
from banso.shared import clock
from banso.shared.journal.writes import record

TODAY = date(2026, 6, 15)


def a_metric(key: str, **fields: Any) -> MetricDefinition:
    made = {
        "name_en": key.replace("_", " "),
        "name_ja": f"{key}の指標",
        "shape": "count",
        "unit": "times",
        "created_at": clock.now(),
    } | fields
    return MetricDefinition.objects.get_or_create(key=key, defaults=made)[0]


def measured(
    account: Account, *, as_of: date = TODAY, series: Any = None, **values: Any
) -> AccountMeasures:
    """The metrics of an account; a value given as ("not yet", days) is censored."""
    kept = {
        key: {"v": value[1], "c": True} if isinstance(value, tuple) else {"v": value, "c": False}
        for key, value in values.items()
    }
    AccountSeries.objects.update_or_create(account=account, defaults={"series": series or {}})
    made = AccountMeasures.objects.update_or_create(
        account=account,
        defaults={"as_of": as_of, "values": kept, "last_event_on": as_of},
    )[0]
    last = AccountMeasures.objects.aggregate(day=Max("last_event_on"))["day"]
    Refresh.objects.update_or_create(pk=1, defaults={"last_event_on": last})
    return made


def measured_again(account: Account, **values: Any) -> None:
    """The metrics of an account change by a refresh that is finished."""
    made, revision = measured(account, **values), newest_revision() + 1
    AccountMeasures.objects.filter(pk=made.pk).update(revision=revision)
    record("metrics.refreshed", by=None, revision=revision)


def a_model(measures: Any = DEFAULT_MEASURES) -> HealthModel:
    return HealthModel.objects.create(measures=as_json(measures), saved_at=clock.now())


def a_score(account: Account, model: HealthModel, **fields: Any) -> HealthScore:
    return HealthScore.objects.create(account=account, model=model, **fields)
