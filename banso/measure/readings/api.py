"""Metrics by HTTP: what they mean, and their values as JSON, CSV and Parquet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from banso.know.accounts.models import Account
from banso.know.accounts.reads import account_by_id
from banso.measure.metrics.models import MetricDefinition, Summary
from banso.measure.metrics.reads import listed_metrics
from banso.measure.metrics.wording import Words, sentence
from banso.measure.readings.api_values import (
    Value,
    chosen,
    course,
    csv_rows,
    day_asked,
    header,
    parquet,
    values_of,
)
from banso.measure.readings.reads import readable_metrics, today
from banso.measure.readings.rules import Band
from banso.shared.keys.rules import METRICS_READ
from banso.shared.rest.access import charge, needs
from banso.shared.rest.paging import Order, part
from banso.shared.rest.shapes import Asked, Id, Page
from banso.shared.spreadsheets import attachment, csv_response

router = Router(tags=["metrics"])
DOWNLOAD_COST = 20
KEYS = Field(
    "",
    max_length=5000,
    pattern=r"^[\w,-]*$",
    description=_("Keys of metrics with commas between; all of them where it is left out."),
)
DAY = Field(None, description=_("A day up to today, which is the default."))


class Spread(BaseModel):
    """How the present values lie over the customers."""

    as_of: date
    n: int = Field(description=_("Customers with a value."))
    not_yet: int = Field(description=_("Those of them that have not reached it yet."))
    q1: float | None
    median: float | None
    q3: float | None


class MetricOut(BaseModel):
    key: str
    name: str
    explanation: str = Field(description=_("What it is, in the language of the answer."))
    explanations: dict[str, str] = Field(description=_("The same in each language."))
    shape: str
    unit: str
    better: str = Field(description=_("higher, lower, or empty for neither."))
    version: int
    spread: Spread | None


class Metrics(BaseModel):
    items: list[MetricOut]


class ValueOut(BaseModel):
    value: float | None
    not_yet: bool = Field(description=_("True: not reached yet, value is the wait so far."))


class AccountValues(BaseModel):
    account_id: int
    source: str
    external_id: str
    values: dict[str, ValueOut]


class ValuesPage(Page[AccountValues]):
    day: date


class ValuesAsked(Asked):
    keys: str = KEYS
    day: date | None = DAY


class DownloadAsked(BaseModel):
    keys: str = KEYS
    day: date | None = DAY


class CourseAsked(BaseModel):
    keys: str = KEYS
    weeks: int = Field(13, ge=1, le=104)


class BandOut(BaseModel):
    low: float
    mid: float
    high: float
    n: int = Field(description=_("Weeks it rests on."))


class CourseLine(BaseModel):
    key: str
    name: str
    unit: str
    better: str
    values: list[float | None] = Field(description=_("One for each day, oldest first."))
    present: ValueOut
    band: BandOut | None = Field(
        description=_("What is usual for this customer by its own past; null below eight weeks.")
    )


class CourseOut(BaseModel):
    account_id: int
    days: list[date] = Field(
        description=_("The last day that counts; a week apart, today at the end.")
    )
    items: list[CourseLine]


def _downloaded(media_type: str) -> dict[str, Any]:
    schema = {"type": "string", "format": "binary"}
    content = {media_type: {"schema": schema}}
    return {"responses": {200: {"description": "OK", "content": content}}}


def _value(found: Value) -> ValueOut:
    return ValueOut(value=found[0], not_yet=found[1])


def present_values(ids: Sequence[int]) -> Mapping[int, Any]:
    """The present values of metrics as a part of customers."""
    definitions = chosen("")
    return {
        pk: {key: _value(value).model_dump() for key, value in values.items()}
        for pk, values in values_of(ids, definitions, None).items()
    }


@router.get("/metrics", response=Metrics, summary=_("List what is measured"), **needs(METRICS_READ))
def list_metrics(request: HttpRequest) -> Metrics:
    words = _words()
    shown = {definition.key for definition in readable_metrics()}
    return Metrics(items=[_metric(d, words) for d in listed_metrics() if d.key in shown])


@router.get(
    "/metrics/values",
    response=ValuesPage,
    summary=_("Values of all customers on a day"),
    **needs(METRICS_READ),
)
def list_metric_values(request: HttpRequest, asked: Query[ValuesAsked]) -> ValuesPage:
    day, definitions = day_asked(asked.day), chosen(asked.keys)
    rows = Account.objects.only("source", "external_id")
    found, cursor = part(rows, Order(), asked)
    values = values_of([account.pk for account in found], definitions, day)
    items = [
        AccountValues(
            account_id=account.pk,
            source=account.source,
            external_id=account.external_id,
            values={key: _value(one) for key, one in values.get(account.pk, {}).items()},
        )
        for account in found
    ]
    return ValuesPage(items=items, next_cursor=cursor, day=day or today())


@router.get(
    "/metrics/values.csv",
    summary=_("Download the values of a day as CSV"),
    **needs(METRICS_READ, **_downloaded("text/csv")),
)
def download_metric_values_csv(
    request: HttpRequest, asked: Query[DownloadAsked]
) -> StreamingHttpResponse:
    day, definitions = day_asked(asked.day), chosen(asked.keys)
    charge(request, DOWNLOAD_COST)
    name = f"metrics-{(day or today()).isoformat()}.csv"
    return csv_response(name, header(definitions), csv_rows(definitions, day))


@router.get(
    "/metrics/values.parquet",
    summary=_("Download the values of a day as Parquet"),
    **needs(METRICS_READ, **_downloaded("application/vnd.apache.parquet")),
)
def download_metric_values_parquet(
    request: HttpRequest, asked: Query[DownloadAsked]
) -> StreamingHttpResponse:
    day, definitions = day_asked(asked.day), chosen(asked.keys)
    charge(request, DOWNLOAD_COST)
    response = StreamingHttpResponse(
        parquet(definitions, day), content_type="application/vnd.apache.parquet"
    )
    name = f"metrics-{(day or today()).isoformat()}.parquet"
    response["Content-Disposition"] = attachment(name)
    return response


@router.get(
    "/metrics/{key}", response=MetricOut, summary=_("What one metric means"), **needs(METRICS_READ)
)
def read_metric(request: HttpRequest, key: str) -> MetricOut:
    shown = {definition.key: definition for definition in readable_metrics()}
    if key not in shown:
        raise Http404
    return _metric(shown[key], _words())


@router.get(
    "/accounts/{int:account_id}/metrics",
    response=CourseOut,
    summary=_("One customer's metrics week by week"),
    **needs(METRICS_READ),
)
def read_account_metrics(
    request: HttpRequest, account_id: Id, asked: Query[CourseAsked]
) -> CourseOut:
    account, definitions = account_by_id(account_id), chosen(asked.keys)
    found = course(account.pk, definitions, weeks=asked.weeks)
    items = [
        CourseLine(
            key=definition.key,
            name=definition.name,
            unit=definition.unit,
            better=definition.better,
            values=found.values[definition.key],
            present=_value(found.present.get(definition.key, (None, False))),
            band=_band(found.bands[definition.key]),
        )
        for definition in definitions
    ]
    return CourseOut(account_id=account.pk, days=found.days, items=items)


def _band(band: Band | None) -> BandOut | None:
    if band is None:
        return None
    return BandOut(low=band.low, mid=band.mid, high=band.high, n=band.n)


def _words() -> dict[str, Words]:
    """The words of each language, read once."""
    found = {}
    for language in ("en", "ja"):
        with translation.override(language):
            found[language] = Words()
    return found


def _metric(definition: MetricDefinition, words: Mapping[str, Words]) -> MetricOut:
    explanations = {}
    for language, known in words.items():
        with translation.override(language):
            explanations[language] = sentence(definition, known)
    spoken = (translation.get_language() or "en")[:2]
    return MetricOut(
        key=definition.key,
        name=definition.name,
        explanation=explanations.get(spoken, explanations["en"]),
        explanations=explanations,
        shape=definition.shape,
        unit=definition.unit,
        better=definition.better,
        version=definition.version,
        spread=_spread(getattr(definition, "summary", None)),
    )


def _spread(summary: Summary | None) -> Spread | None:
    if summary is None:
        return None
    return Spread(
        as_of=summary.as_of,
        n=summary.n,
        not_yet=summary.censored,
        q1=summary.q1,
        median=summary.median,
        q3=summary.q3,
    )
