"""How long customers took to a first time: of a metric, or of any event that arrives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account
from banso.listen.events.models import EventName
from banso.measure.metrics.models import AccountMeasures, MetricDefinition
from banso.measure.metrics.reads import values_at
from banso.measure.revenue.reads import day_number
from banso.prove.lifetime.lives import Floats, Ints

FIRST_SHAPES = ("days_to_first", "days_to_first_after")
EVENT = "event:"
MOST_EVENTS = 200


@dataclass(frozen=True)
class First:
    """Something customers do for the first time. key: of the metric, or "event:" and the event."""

    key: str
    name: str
    definition: MetricDefinition

    @property
    def is_event(self) -> bool:
        return self.key.startswith(EVENT)


@dataclass(frozen=True)
class Waits:
    """Days from sign-up to the first time, or until the customer left (kind 2), or until now (0).

    unknown: customers for whom it cannot be told, e.g. because they began before the events.
    """

    account: Ints
    days: Floats
    kind: Ints
    unknown: int


Wait = tuple[int, float, int]


def first_times() -> list[First]:
    """The metrics that say how long it took to something first, then every event by its name."""
    metrics = MetricDefinition.objects.filter(shape__in=FIRST_SHAPES)
    made = [First(metric.key, str(metric.name), metric) for metric in metrics]
    asked = {metric.params.get("event") for metric in metrics if metric.shape == "days_to_first"}
    events = EventName.objects.order_by("-is_core", "-count", "name")[:MOST_EVENTS]
    made += [first_of(event.name, event.label) for event in events if event.name not in asked]
    return made


def first_of(event: str, label: str) -> First:
    """The first time of any one event; nothing is kept of it."""
    name = _("First “%(event)s”") % {"event": label}
    metric = MetricDefinition(key="first_time", shape="days_to_first", params={"event": event})
    return First(f"{EVENT}{event}", name, metric)


def got_there(first: First) -> bool:
    """Whether there is something to show of it: a customer that is there and has got there."""
    if first.is_event:
        return True
    key = first.definition.key
    there = AccountMeasures.objects.filter(**{f"values__{key}__v__gte": 0})
    return there.exclude(**{f"values__{key}__c": True}).exists()


def waits(first: First, ended: dict[int, int], today: date) -> Waits:
    """The wait of every customer; ended: account -> day it left.

    The present values of a metric leave out who left, so theirs are measured as of that day:
    without them only those who stayed would be asked. An event is measured for all.
    """
    if first.is_event:
        told, unknown = _measured(first.definition, ended, day_number(today) + 1)
    else:
        told, unknown = _present(first.definition.key, ended)
        gone, more = _measured(first.definition, ended, None)
        told, unknown = told + gone, unknown + more
    columns = [list(column) for column in zip(*told, strict=True)] or [[], [], []]
    return Waits(
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.float64),
        np.array(columns[2], dtype=np.int64),
        unknown,
    )


def _present(key: str, ended: dict[int, int]) -> tuple[list[Wait], int]:
    """The waits of those who are there, and of how many it cannot be told."""
    present = AccountMeasures.objects.order_by("pk").values_list("account_id", f"values__{key}")
    told: list[Wait] = []
    unknown = 0
    for account, value in present.iterator(chunk_size=20_000):
        if account in ended:
            continue
        if not isinstance(value, dict) or value.get("v") is None:
            unknown += 1
            continue
        told.append((account, max(float(value["v"]), 0.5), 0 if value.get("c") else 1))
    return told, unknown


def _measured(
    definition: MetricDefinition, ended: dict[int, int], until: int | None
) -> tuple[list[Wait], int]:
    """The waits of those who left as of that day (kind 2 where it had not happened by then), and,
    with `until`, of everybody else as of the day before it.
    """
    signed_up = Account.objects.order_by("pk").values_list("pk", "signed_up_on")
    everybody = [(pk, day) for pk, day in signed_up.iterator() if until is not None or pk in ended]
    began = {pk: day_number(day) for pk, day in everybody if day}
    unknown = len(everybody) - len(began) if until is not None else len(ended) - len(began)
    if not began:
        return [], unknown
    who = list(began)
    rows = pa.table(
        {
            "row_id": pa.array(who, pa.int64()),
            "account_id": pa.array(who, pa.int64()),
            "signed_up_day": pa.array([began[pk] for pk in who], pa.int32()),
            "as_of_day": pa.array([ended.get(pk, until) for pk in who], pa.int32()),
        }
    )
    table = values_at(definitions=[definition], rows=rows)
    names = ("row_id", definition.key, f"{definition.key}__censored")
    found: list[Wait] = []
    for pk, value, waits_on in zip(*(table[name].to_pylist() for name in names), strict=True):
        if value is None:
            unknown += 1
            continue
        waiting = 2 if pk in ended else 0
        found.append((pk, max(float(value), 0.5), waiting if waits_on else 1))
    return found, unknown
