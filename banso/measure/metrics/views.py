from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from banso.measure.metrics import reads
from banso.measure.metrics.condition_forms import MOST_CONDITIONS, ROW
from banso.measure.metrics.forms import (
    NamesForm,
    ParametersForm,
    ReadingForm,
    kept_choices,
)
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.pages import (
    chosen_for,
    detail_page,
    list_rows,
    preview_page,
    saved_message,
)
from banso.measure.metrics.shape import Shape
from banso.measure.metrics.shapes import grouped, shapes
from banso.measure.metrics.writes.definitions import (
    change_metric,
    define_metric,
    retire_metric,
)
from banso.shared.lake.reads import event_rows
from banso.shared.spreadsheets import csv_response
from banso.shared.users.reads import allowed, signed_in


@require_GET
def metric_list(request: HttpRequest) -> HttpResponse:
    """What is measured of every customer, and how the values lie."""
    rows = list_rows()
    context = {
        "rows": rows,
        "events": bool(rows) or event_rows(),
        "may_define": signed_in(request).may("define"),
    }
    return render(request, "metrics/metric_list.html", context)


@require_GET
def metric_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One metric: what it means, how it lies over the customers, and its course."""
    definition = get_object_or_404(MetricDefinition.objects.select_related("summary"), key=key)
    context = detail_page(definition) | {"may_define": signed_in(request).may("define")}
    return render(request, "metrics/metric_detail.html", context)


@require_GET
def metric_progress(request: HttpRequest, key: str) -> HttpResponse:
    """The progress of the computation, asked for again and again until it is complete."""
    definition = get_object_or_404(MetricDefinition, key=key)
    progress = reads.progress(definition)
    if progress.is_complete and hasattr(definition, "summary"):
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    context = {"definition": definition, "progress": progress}
    return render(request, "metrics/metric_detail.html#progress", context)


@require_GET
def metric_export(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """Every customer's present value as a file for spreadsheets."""
    definition = get_object_or_404(MetricDefinition, key=key)
    header = [_("External id"), _("Name"), definition.name, _("Not yet")]
    rows = (
        (external_id, name, value, _("yes") if censored else "")
        for _pk, external_id, name, value, censored in reads.all_values(key)
    )
    return csv_response(f"{definition.name}.csv", header, rows)


@require_http_methods(["GET", "POST"])
def metric_new(request: HttpRequest) -> HttpResponse:
    """Choose a shape, then say what to measure; nothing but choices, no code."""
    user = allowed(request, "define")
    shape = shapes().get(request.GET.get("shape", ""))
    if shape is None:
        return render(request, "metrics/metric_new.html", {"groups": grouped()})
    parameters = ParametersForm(request.POST or None, shape=shape)
    reading = ReadingForm(request.POST or None, initial={"better": shape.better})
    names = NamesForm(request.POST or None)
    if request.method == "POST" and all(f.is_valid() for f in (parameters, reading, names)):
        chosen = chosen_for(shape, parameters.params, reading.cleaned_data | names.cleaned_data)
        made = define_metric(by=user, shape=shape.key, params=parameters.params, **chosen)
        messages.success(request, _("Saved. It is being computed back to the first event."))
        return redirect("metrics:metric_detail", made.key)
    context = {"shape": shape, "parameters": parameters, "reading": reading, "names": names}
    return render(request, "metrics/metric_new.html", context)


@require_http_methods(["GET", "POST"])
def metric_edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change a metric; other parameters make a new version."""
    user = allowed(request, "define")
    definition = get_object_or_404(MetricDefinition, key=key)
    shape = shapes()[definition.shape]
    kept = kept_choices(definition, shape)
    parameters = ParametersForm(request.POST or None, shape=shape, initial=kept)
    reading = ReadingForm(request.POST or None, initial=kept)
    names = NamesForm(request.POST or None, initial=kept)
    if request.method == "POST" and all(f.is_valid() for f in (parameters, reading, names)):
        before = definition.version
        chosen = chosen_for(shape, parameters.params, reading.cleaned_data | names.cleaned_data)
        change_metric(by=user, definition=definition, params=parameters.params, **chosen)
        messages.success(request, saved_message(before, definition.version))
        return redirect("metrics:metric_detail", definition.key)
    context = {"definition": definition, "shape": shape, "parameters": parameters}
    context |= {"reading": reading, "names": names, "next_version": definition.version + 1}
    return render(request, "metrics/metric_edit.html", context)


@require_GET
def metric_preview(request: HttpRequest, shape_key: str) -> HttpResponse:
    """What the choices mean in words and over the customers of today, before anything is saved."""
    allowed(request, "define")
    shape = _shape(shape_key)
    definition = _edited(request, shape)
    parameters = _parameters(request.GET, shape, definition)
    if not parameters.is_valid():
        context: dict[str, object] = {"faults": parameters.faults}
    else:
        unit = request.GET.get("unit") or shape.unit_of(parameters.params)
        context = preview_page(shape, parameters.params, unit, definition)
    return render(request, "metrics/metric_new.html#preview", context)


@require_GET
def metric_condition(request: HttpRequest, shape_key: str) -> HttpResponse:
    """The rows of the filter as they stand, with one more, or without one."""
    allowed(request, "define")
    rows = [
        {part: request.GET.get(f"where-{n}-{part}", "") for part in ROW}
        for n in range(MOST_CONDITIONS)
        if f"where-{n}-prop" in request.GET and str(n) != request.GET.get("drop")
    ]
    if "add" in request.GET and len(rows) < MOST_CONDITIONS:
        rows.append(dict.fromkeys(ROW, ""))
    shape = _shape(shape_key)
    context = {"shape": shape, "parameters": ParametersForm(shape=shape, initial={"where": rows})}
    answer = render(request, "metrics/metric_condition.html", context)
    answer["HX-Trigger-After-Swap"] = "conditions"
    return answer


@require_POST
def metric_retire(request: HttpRequest, key: str) -> HttpResponse:
    """Take a metric out of use."""
    user = allowed(request, "define")
    retire_metric(by=user, definition=get_object_or_404(MetricDefinition, key=key))
    messages.success(request, _("The metric is out of use."))
    return redirect("metrics:metric_list")


def _shape(key: str) -> Shape:
    if key not in shapes():
        raise Http404
    return shapes()[key]


def _parameters(
    query: QueryDict, shape: Shape, definition: MetricDefinition | None
) -> ParametersForm:
    """What was chosen so far; what was not yet has its default."""
    data = query.copy()
    for parameter in shape.parameters:
        if parameter.key not in data and parameter.kind != "parts":
            data[parameter.key] = str(parameter.default)
    initial = definition.params if definition else {}
    return ParametersForm(data, shape=shape, initial=initial)


def _edited(request: HttpRequest, shape: Shape) -> MetricDefinition | None:
    """The metric whose form asks, if it is one of the shape."""
    found = MetricDefinition.objects.filter(key=request.GET.get("definition", ""), shape=shape.key)
    return found.first()
