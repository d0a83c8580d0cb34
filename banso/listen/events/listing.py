"""A list page as the address asks for it: search, order and page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

PER_PAGE = 50


@dataclass(frozen=True)
class Listing:
    """What the templates of lists need: ``list_head.html`` and ``pages.html``."""

    page: Page[Any]
    q: str
    sort: str


def asked(request: HttpRequest, name: str) -> str:
    """A part of the address as clean text."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:200]


def listed(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    search: Sequence[str],
    sorts: Mapping[str, str],
    default: str,
) -> Listing:
    """A page of rows whose ``search`` fields contain the wanted text."""
    q = asked(request, "q")
    if q:
        wanted = Q()
        for field in search:
            wanted |= Q(**{f"{field}__icontains": q})
        rows = rows.filter(wanted)
    sort = _sort(request, sorts, default)
    column = sorts[sort.removeprefix("-")]
    down = "-" if sort.startswith("-") else ""
    rows = rows.order_by(f"{down}{column}", "pk")
    return Listing(_page(request, rows), q, sort)


def listed_values(
    request: HttpRequest,
    rows: Sequence[Any],
    *,
    search: Callable[[Any], str],
    sorts: Mapping[str, Callable[[Any], Any]],
    default: str,
) -> Listing:
    """The same for rows that are no table's."""
    q = asked(request, "q")
    found = [row for row in rows if q.casefold() in search(row).casefold()]
    sort = _sort(request, sorts, default)
    found.sort(key=sorts[sort.removeprefix("-")], reverse=sort.startswith("-"))
    return Listing(_page(request, found), q, sort)


def _sort(request: HttpRequest, sorts: Mapping[str, Any], default: str) -> str:
    sort = asked(request, "sort")
    return sort if sort.removeprefix("-") in sorts else default


def _page(request: HttpRequest, rows: Any) -> Page[Any]:
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
