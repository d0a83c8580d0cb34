from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from banso.know.accounts.reads import account_for, may_change
from banso.know.notes.forms import NoteForm
from banso.know.notes.models import Mood
from banso.know.notes.moods import ICONS
from banso.know.notes.panels import timeline_context
from banso.know.notes.reads import timeline_of
from banso.know.notes.writes import add_note
from banso.shared.users.reads import signed_in


@require_GET
def timeline(request: HttpRequest, account_pk: int) -> HttpResponse:
    """The moments that match a search, or the next older ones."""
    account = account_for(signed_in(request), account_pk)
    q = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    found = timeline_of(account, q=q, before=_moment(request.GET.get("before", "")))
    return render(request, "notes/timeline.html", {"account": account, "timeline": found, "q": q})


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return None if moment is None or is_naive(moment) else moment


@require_http_methods(["GET", "POST"])
def note_add(request: HttpRequest, account_pk: int) -> HttpResponse:
    """Write down a contact: inside the customer's page for htmx, else on a page of its own."""
    user = signed_in(request)
    account = account_for(user, account_pk)
    if not may_change(user, account):
        raise PermissionDenied
    form = NoteForm(request.POST or None, account=account)
    is_htmx = bool(request.headers.get("HX-Request"))
    moods = [(mood.value, mood.label, ICONS[mood]) for mood in Mood]
    context = {"account": account, "form": form, "moods": moods, "is_htmx": is_htmx}
    if request.method == "POST" and form.is_valid():
        add_note(by=user, account=account, **form.cleaned_data)
        if is_htmx:
            account.refresh_from_db()
            shown = timeline_context(request, account) | {"is_added": True}
            return render(request, "notes/note_add.html#added", shown)
        messages.success(request, _("The note was added."))
        return redirect(f"{reverse('accounts:account_detail', args=[account_pk])}#panel-timeline")
    if is_htmx:
        answer = render(request, "notes/note_add.html#form", context)
        answer["HX-Retarget"] = "#note-box"
        return answer
    return render(request, "notes/note_add.html", context)
