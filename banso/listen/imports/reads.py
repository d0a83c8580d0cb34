from __future__ import annotations

from django.core.paginator import Page, Paginator
from django.shortcuts import get_object_or_404

from banso.listen.imports.models import ImportRun

PER_PAGE = 50


def run_for(pk: int) -> ImportRun:
    """One run with its file and its starter, or a 404; imports are the organisation's, not a
    person's.
    """
    return get_object_or_404(ImportRun.objects.select_related("upload", "by"), pk=pk)


def runs_page(number: str) -> Page[ImportRun]:
    """The runs, newest first, without the long columns that a list does not show."""
    runs = ImportRun.objects.select_related("upload", "by").defer(
        "mapping", "preview", "waiting_parents"
    )
    return Paginator(runs.order_by("-created_at", "-pk"), PER_PAGE).get_page(number)
