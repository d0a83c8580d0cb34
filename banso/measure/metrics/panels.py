from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from banso.know.accounts.models import Account
from banso.measure.metrics import reads
from banso.measure.metrics.charts import sparkline
from banso.measure.metrics.models import AccountMeasures, MetricDefinition
from banso.measure.metrics.wording import shown

SHOWN = 8


@dataclass(frozen=True)
class Line:
    """One metric of the customer: its value in words and its last weeks."""

    definition: MetricDefinition
    value: str
    is_waiting: bool
    sparkline: list[str]
    before: str


def usage(request: HttpRequest, account: Account) -> str:
    """How the customer uses the product: the main metrics now and over thirteen weeks."""
    measures = reads.measures_of_account(account.pk)
    lines = _lines(measures) if measures else []
    return render_to_string(
        "metrics/usage_panel.html",
        {"measures": measures, "lines": lines[:SHOWN], "more": lines[SHOWN:]},
        request,
    )


def _lines(measures: AccountMeasures) -> list[Line]:
    """Metrics that have a value, the main ones first."""
    made = []
    for definition in MetricDefinition.objects.all():
        kept = measures.values.get(definition.key) or {}
        value, waiting = kept.get("v"), bool(kept.get("c"))
        if value is None:
            continue
        series = measures.line(definition.key)
        text = shown(value, definition.unit)
        moves = not waiting and not definition.shape.startswith("days_to_first")
        made.append(
            Line(
                definition,
                _("Not yet (%(wait)s so far)") % {"wait": text} if waiting else text,
                waiting,
                sparkline(series) if moves and len(set(series)) > 1 else [],
                shown(next((v for v in series if v is not None), None), definition.unit),
            )
        )
    return made
