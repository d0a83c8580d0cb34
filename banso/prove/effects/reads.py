from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from banso.know.accounts.models import Account
from banso.measure.metrics.models import MetricDefinition
from banso.prove.effects.models import (
    Assigned,
    Measure,
    MeasureState,
    Origin,
    Result,
    Treated,
)
from banso.prove.effects.sources import source_named
from banso.prove.studies.models import RunState
from banso.shared.fields.models import FieldDefinition, Holder, Kind
from banso.shared.journal.models import Job
from banso.shared.upserts.writes import slices

JOB = "effects.compute"
MOST_OF_A_CUSTOMER = 5


def measures() -> QuerySet[Measure]:
    """Those that were not removed, the newest first."""
    return Measure.objects.filter(removed_at=None).select_related("by", "holdout")


def measure_for(pk: int) -> Measure:
    """One measure, or a 404; everybody signed in may read it."""
    return get_object_or_404(measures(), pk=pk)


def running_measures() -> list[Measure]:
    return list(measures().filter(state=MeasureState.RUNNING))


def latest_results(measure_ids: Iterable[int]) -> dict[int, Result]:
    """The newest finished answer of each measure."""
    done = Result.objects.filter(measure__in=list(measure_ids), state=RunState.DONE)
    return {result.measure_id: result for result in done.order_by("pk")}


def latest_result(measure: Measure) -> Result | None:
    return Result.objects.filter(measure=measure, state=RunState.DONE).order_by("-pk").first()


def done_results(measure: Measure) -> QuerySet[Result]:
    return Result.objects.filter(measure=measure, state=RunState.DONE)


def finished_results(measure: Measure) -> list[Result]:
    return list(done_results(measure).order_by("-pk"))


def open_result(measure: Measure) -> Result | None:
    """The answer that is being computed, or that broke off and waits to be tried again."""
    unfinished = Result.objects.filter(measure=measure).exclude(state=RunState.DONE)
    return unfinished.order_by("-pk").first()


def is_owed(measure: Measure) -> bool:
    """Whether an answer was asked for and is not finished."""
    keys = [f"{JOB}:{measure.pk}"]
    return Job.objects.filter(key__in=keys, done_at=None, given_up_at=None).exists()


def treated_of(measure: Measure) -> dict[int, date]:
    """First day of treatment by account id, from wherever the measure takes it."""
    if measure.origin == Origin.LIST:
        return dict(Treated.objects.filter(measure=measure).values_list("account", "treated_on"))
    if measure.origin == Origin.FIELD:
        return _treated_by_field(measure.params)
    source = source_named(str(measure.params.get("source", "")))
    return source.treated(str(measure.params.get("choice", ""))) if source else {}


def _treated_by_field(params: dict[str, Any]) -> dict[int, date]:
    """Those whose tag field has the value, on the day of their date field."""
    tag, value, dated = (str(params.get(name, "")) for name in ("tag", "value", "dated"))
    found: dict[int, date] = {}
    rows = Account.objects.exclude(custom={}).values_list("pk", "custom")
    for pk, custom in rows.iterator(chunk_size=20_000):
        if tag and str(custom.get(tag, "")) != value:
            continue
        try:
            found[pk] = date.fromisoformat(str(custom.get(dated, "")))
        except ValueError:
            continue
    return found


def field_without_day(params: dict[str, Any]) -> int:
    """How many customers have the tag and no day: they cannot be placed in time."""
    tag, value, dated = (str(params.get(name, "")) for name in ("tag", "value", "dated"))
    rows = Account.objects.exclude(custom={}).values_list("custom", flat=True)
    return sum(
        1 for custom in rows.iterator(chunk_size=20_000)
        if str(custom.get(tag, "")) == value and not custom.get(dated)
    )  # fmt: skip


def tag_fields() -> list[FieldDefinition]:
    kinds = (Kind.CHOICE, Kind.TEXT)
    return list(FieldDefinition.objects.filter(holder=Holder.ACCOUNT, kind__in=kinds))


def date_fields() -> list[FieldDefinition]:
    return list(FieldDefinition.objects.filter(holder=Holder.ACCOUNT, kind=Kind.DATE))


def metrics_that_change() -> list[MetricDefinition]:
    """Metrics whose level before and after can be compared; a first time comes only once."""
    found = MetricDefinition.objects.exclude(shape__startswith="days_to_first")
    return list(found.exclude(unit="change"))


def companies_of(account_ids: Iterable[int]) -> dict[int, int]:
    """The parent company of each customer, itself where it has none: they decide together."""
    found: dict[int, int] = {}
    for some in slices(sorted(set(account_ids))):
        rows = Account.objects.filter(pk__in=some).values_list("pk", "parent_id")
        found.update((pk, parent or pk) for pk, parent in rows)
    return found


def metric_name(key: str) -> str:
    """A metric's name in the reader's language, retired ones too; "" for none."""
    found = MetricDefinition.with_retired.filter(key=key).first() if key else None
    return found.name if found else key


def names_of(account_ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in slices(sorted(set(account_ids))):
        found.update(Account.objects.filter(pk__in=some).values_list("pk", "name"))
    return found


def renewals_ahead(account_ids: Iterable[int], *, after: date) -> list[date]:
    """The next known renewal day of each of these customers, where it lies ahead."""
    days: list[date] = []
    for some in slices(sorted(set(account_ids))):
        ahead = Account.objects.filter(pk__in=some, next_renewal_on__gt=after)
        days += [day for day in ahead.values_list("next_renewal_on", flat=True) if day]
    return days


@dataclass(frozen=True)
class Concerned:
    """A measure a customer got (treated_on), or was drawn for; until: the last planned look."""

    measure: Measure
    treated_on: date | None = None
    is_held_out: bool = False
    until: date | None = None


def measures_of(account_id: int) -> list[Concerned]:
    """The measures that concern a customer, running ones by lists and draws, what
    waits by a draw first, then the newest.
    """
    going = {"measure__removed_at": None, "measure__state": MeasureState.RUNNING}
    found = [
        Concerned(treated.measure, treated_on=treated.treated_on)
        for treated in Treated.objects.filter(account=account_id, **going).select_related("measure")
    ]
    drawn = {f"holdout__{name}": value for name, value in going.items()}
    rows = Assigned.objects.filter(account=account_id, **drawn)
    for row in rows.select_related("holdout__measure"):
        looks = row.holdout.looks
        until = date.fromisoformat(looks[-1]["on"]) if looks else None
        found.append(Concerned(row.holdout.measure, is_held_out=row.is_held_out, until=until))
    found.sort(key=lambda row: (not row.is_held_out, -row.measure.pk))
    return found[:MOST_OF_A_CUSTOMER]


def assigned_rows(measure: Measure) -> QuerySet[Assigned]:
    rows = Assigned.objects.filter(holdout__measure=measure).select_related("account")
    return rows.order_by("account__name", "pk")


def treated_rows(measure: Measure) -> list[tuple[int, str, str, date]]:
    """(account, external id, name, day) of everybody treated, by name."""
    days = treated_of(measure)
    known: list[tuple[int, str, str]] = []
    for some in slices(sorted(days)):
        rows = Account.objects.filter(pk__in=some)
        known += rows.values_list("pk", "external_id", "name")
    known.sort(key=lambda row: (row[2], row[0]))
    return [(pk, external_id, name, days[pk]) for pk, external_id, name in known]


def segments() -> list[str]:
    found = Account.objects.exclude(segment="").values_list("segment", flat=True)
    return sorted(set(found.distinct()))
