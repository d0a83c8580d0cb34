from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from banso.know.accounts.reads import account_for
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.reads import progress
from banso.measure.metrics.wording import sentence
from banso.measure.readings import reads
from banso.measure.readings.exports import csv_of, file_name, parquet_of
from banso.measure.readings.forms import ExportForm
from banso.measure.readings.groups import groupings
from banso.measure.readings.pages import account_page, account_rows, segments_page
from banso.shared.spreadsheets import attachment, csv_response
from banso.shared.users.reads import signed_in

PARQUET = "application/vnd.apache.parquet"
WEEKS_OFFERED = 52


@require_GET
def account_metrics(request: HttpRequest, pk: int) -> HttpResponse:
    """How does this customer use the product, measured against its own past?"""
    account = account_for(signed_in(request), pk)
    context = account_page(account, request.GET.getlist("metric"))
    return render(request, "readings/account_metrics.html", context)


@require_GET
def account_weeks(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """A customer's metrics week by week as a file for spreadsheets."""
    account = account_for(signed_in(request), pk)
    header, rows = account_rows(account.pk, request.GET.getlist("metric"))
    return csv_response(f"{account.name}.csv", header, rows)


@require_GET
def metric_segments(request: HttpRequest, key: str) -> HttpResponse:
    """Which customers have more of this, and which have less?"""
    signed_in(request)
    definition = _metric(key)
    ways = groupings()
    grouping = ways.get(request.GET.get("by", ""), ways["stage"])
    weeks = reads.weeks_to_read(WEEKS_OFFERED)
    asked = request.GET.get("week", "")
    week = next((each for each in weeks if each.isoformat() == asked), None)
    context = segments_page(definition, grouping, week) | {
        "definition": definition,
        "sentence": sentence(definition),
        "ways": ways.values(),
        "grouping": grouping,
        "weeks": weeks,
        "week": week,
        "progress": progress(definition),
    }
    return render(request, "readings/metric_segments.html", context)


def _metric(key: str) -> MetricDefinition:
    """A metric that may be read; one of a hidden property is not there."""
    definition = get_object_or_404(MetricDefinition, key=key)
    if definition not in reads.readable_metrics():
        raise Http404
    return definition


@require_GET
def values_export(request: HttpRequest) -> HttpResponse:
    """All metrics of all customers as a file: which weeks, and in which form?"""
    signed_in(request)
    weeks = reads.weeks_to_read()
    newest = weeks[0].isoformat() if weeks else ""
    form = ExportForm(request.GET or None, weeks=weeks, initial={"first": newest, "last": newest})
    metrics = len(reads.readable_metrics())
    context = {"form": form, "weeks": weeks, "metrics": metrics}
    return render(request, "readings/values_export.html", context)


@require_GET
def values_file(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """The file itself, made while it is sent."""
    signed_in(request)
    if form not in ("csv", "parquet"):
        raise Http404
    asked = ExportForm(request.GET, weeks=reads.weeks_to_read())
    if not asked.is_valid():
        return redirect(f"{reverse('readings:values_export')}?{request.GET.urlencode()}")
    weeks, metrics = asked.chosen, reads.readable_metrics()
    name = f"{file_name(weeks)}.{form}"
    if form == "csv":
        return _sent(name, csv_of(weeks, metrics), "text/csv; charset=utf-8")
    return _sent(name, parquet_of(weeks, metrics), PARQUET)


def _sent(name: str, parts: Iterable[str] | Iterable[bytes], kind: str) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(parts, content_type=kind)
    answer["Content-Disposition"] = attachment(name)
    return answer
