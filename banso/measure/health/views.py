from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from banso.measure.health import rules
from banso.measure.health.charts import histogram, table
from banso.measure.health.forms import WeightsForm
from banso.measure.health.notes import notes_told
from banso.measure.health.reads import (
    Distribution,
    band_counts,
    current_model,
    definitions,
    distribution,
    lines_in_force,
    preview,
    spreads,
)
from banso.measure.health.words import Naming
from banso.measure.health.writes.model import save_model
from banso.shared.users.reads import allowed, signed_in


@require_http_methods(["GET", "POST"])
def health_settings(request: HttpRequest) -> HttpResponse:
    """What makes the health score, and how are our customers?"""
    user = signed_in(request)
    if request.method == "POST" and not user.may("define"):
        raise PermissionDenied
    naming, model = Naming(definitions()), current_model()
    lines = model.lines if model else rules.DEFAULT_MEASURES
    form = WeightsForm(request.POST or None, measures=lines, naming=naming)
    if request.method == "POST" and form.is_valid():
        save_model(by=user, measures=form.cleaned_data["measures"])
        messages.success(request, _("Saved. All scores are made anew in the background."))
        return redirect("health:health_settings")
    found = distribution()
    spread = spreads()
    rows = [row | {"spread": _spread(naming, row["key"], spread)} for row in form.rows()]
    context = {
        "form": form,
        "rows": rows,
        "model": model,
        "may_define": user.may("define"),
        "found": found,
        "bands": band_counts(model.borders if model else rules.DEFAULT_BORDERS),
        "notes": notes_told(),
        **_shown(found, None),
    }
    return render(request, "health/health_settings.html", context)


def _spread(naming: Naming, key: str, spread: dict[str, tuple[float, float, float]]) -> str:
    """Where the customers stand: the middle half and the median, in words."""
    if key not in spread:
        return ""
    low, middle, high = (naming.value(key, value) for value in spread[key])
    return _("%(low)s … %(middle)s … %(high)s") % {"low": low, "middle": middle, "high": high}


def _shown(now: Distribution, after: Distribution | None) -> dict[str, Any]:
    return {"chart": histogram(now, after), "table": table(now, after), "after": after, "now": now}


@require_POST
def health_preview(request: HttpRequest) -> HttpResponse:
    """How the scores would lie under these weights and marks; nothing is saved."""
    allowed(request, "define")
    naming = Naming(definitions())
    form = WeightsForm(request.POST, measures=lines_in_force(), naming=naming)
    if not form.is_valid():
        return render(request, "health/health_settings.html#distribution", {"faults": form.errors})
    now, after = preview(form.cleaned_data["measures"])
    return render(request, "health/health_settings.html#distribution", _shown(now, after))
