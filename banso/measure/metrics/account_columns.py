"""Metrics as columns of the customer list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from banso.know.accounts.columns import Column, Kind
from banso.measure.metrics.models import AccountMeasures, MetricDefinition, Unit
from banso.measure.metrics.present import number_of, ranking_of
from banso.measure.metrics.reads import measures_of

MOST = 60


def measures(ids: Sequence[int]) -> Mapping[int, AccountMeasures]:
    """One query for all the metrics of a page."""
    return measures_of(ids)


def last_event() -> Column:
    """When the customer was last seen in the product."""
    path = AccountMeasures.objects.filter(pk=OuterRef("pk")).values("last_event_on")
    return Column(
        _("Last event"), _last_event_on, Kind.DATE, source=measures, by=Subquery(path[:1])
    )


def _last_event_on(found: AccountMeasures) -> date | None:
    return found.last_event_on


def metric_columns() -> Mapping[str, Column]:
    """A column for each metric in use."""
    definitions = MetricDefinition.objects.all()[:MOST]
    return {f"metric_{d.key.replace('-', '_')}": _column(d) for d in definitions}


def _column(definition: MetricDefinition) -> Column:
    kind = Kind.PERCENT if definition.unit in (Unit.SHARE, Unit.CHANGE) else Kind.NUMBER
    return Column(
        definition.name,
        _value_of(definition.key),
        kind,
        source=measures,
        by=_expression(definition.key),
        ranking=partial(ranking_of, definition.key),
    )


def _value_of(key: str) -> Callable[[AccountMeasures], Any]:
    def value(found: AccountMeasures) -> float | None:
        kept = found.values.get(key) or {}
        return None if kept.get("c") else kept.get("v")

    return value


def _expression(key: str) -> Subquery:
    """The value inside the JSON, without an index: for files and programs, which read them all."""
    found = AccountMeasures.objects.filter(pk=OuterRef("pk")).annotate(number=number_of(key))
    return Subquery(found.values("number")[:1])
