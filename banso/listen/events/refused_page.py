"""The page of refused events: which are wanted, which are chosen, and how each is shown."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest

from banso.listen.events import reads, reasons
from banso.listen.events.listing import asked, listed
from banso.listen.events.models import RefusalState, RefusedEvent, Source
from banso.listen.events.retrying.masking import masked
from banso.listen.events.rules import ids_in

MOST_CHOSEN = 10_000
SNIPPET = 160


def wanted(request: HttpRequest) -> QuerySet[RefusedEvent]:
    """The refused events that the address asks for."""
    rows = RefusedEvent.objects.filter(state=state(request)).select_related("source")
    if code := asked(request, "code"):
        rows = rows.filter(code=code)
    source = asked(request, "source")
    return rows.filter(source__in=ids_in([source])) if source.isdecimal() else rows


def state(request: HttpRequest) -> str:
    given = asked(request, "state")
    return given if given in RefusalState.values else RefusalState.OPEN


def chosen(request: HttpRequest, rows: QuerySet[RefusedEvent]) -> list[int]:
    """The ticked ones, or all that the address asks for."""
    if request.POST.get("all"):
        return list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_CHOSEN])
    given = request.POST.getlist("refused")
    return ids_in(given)[:MOST_CHOSEN]


def context(request: HttpRequest, rows: QuerySet[RefusedEvent]) -> dict[str, Any]:
    """What the template needs."""
    listing = listed(
        request,
        rows,
        search=("raw", "reason", "key_name"),
        sorts={"received": "received_at", "reason": "reason", "source": "source__name"},
        default="-received",
    )
    hidden = reads.every_hidden_property()
    shown_state = state(request)
    counted = RefusedEvent.objects.filter(state=shown_state).order_by().values("code")
    groups = counted.annotate(n=Count("pk")).order_by("-n", "code")
    return {
        "list": listing,
        "rows": [(row, _snippet(row.raw, hidden)) for row in listing.page],
        "groups": [(reasons.BY_CODE[group["code"]], group["n"]) for group in groups],
        "reason": reasons.BY_CODE.get(asked(request, "code")),
        "code": asked(request, "code"),
        "state": shown_state,
        "states": RefusalState.choices,
        "source": asked(request, "source"),
        "sources": list(Source.objects.filter(refused__gt=0)),
        "is_open": shown_state == RefusalState.OPEN,
        "any": RefusedEvent.objects.exists(),
    }


def _snippet(raw: str, hidden: frozenset[str]) -> str:
    text = masked(raw, hidden)[0]
    return text if len(text) <= SNIPPET else text[: SNIPPET - 1] + "…"
