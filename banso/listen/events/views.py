from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from banso.listen.events import reads
from banso.listen.events.forms import EventNameForm
from banso.listen.events.models import EventName
from banso.listen.events.writes import name_event
from banso.shared.lake.reads import event_rows, unknown_rows, waiting_rows
from banso.shared.users.reads import signed_in

PER_PAGE = 100
UNKNOWN_SHOWN = 50


@require_GET
def event_list(request: HttpRequest) -> HttpResponse:
    """What arrives from the product, and what of it waits for a customer."""
    wanted = request.GET.get("q", "").replace("\x00", "").strip()
    names = reads.event_names(wanted)
    page = Paginator(names, PER_PAGE).get_page(request.GET.get("page"))
    unknown = list(reads.unknown_accounts()[:UNKNOWN_SHOWN])
    return render(
        request,
        "events/event_list.html",
        {
            "page": page,
            "wanted": wanted,
            "events": event_rows(),
            "waiting": waiting_rows(),
            "last": reads.last_event(),
            "unknown": unknown,
            "unknown_rows": unknown_rows(),
            "unknown_keys": reads.unknown_accounts().count(),
            "has_core": bool(reads.core_names()),
            "may_define": signed_in(request).may("define"),
        },
    )


@require_http_methods(["GET", "POST"])
def event_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an event its names and say whether it is a core action."""
    user = signed_in(request)
    if not user.may("define"):
        raise PermissionDenied
    event = get_object_or_404(EventName, pk=pk)
    form = EventNameForm(request.POST or None, instance=event)
    if request.method == "POST" and form.is_valid():
        name_event(by=user, event=event, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("events:event_list")
    return render(request, "events/event_edit.html", {"event": event, "form": form})
