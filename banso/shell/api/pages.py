from __future__ import annotations

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from banso.shared.keys.problems import Refused
from banso.shared.users.reads import signed_in
from banso.shell.api.document import document
from banso.shell.api.page import groups


@require_GET
def api_page(request: HttpRequest) -> HttpResponse:
    """What can a program ask, and how?"""
    wanted = request.GET.get("q", "")[:100]
    address = request.build_absolute_uri("/").rstrip("/")
    found = groups(document(), wanted, address)
    context = {
        "groups": found,
        "q": wanted,
        "count": sum(len(g.operations) for g in found),
        "may_settings": signed_in(request).may("settings"),
    }
    return render(request, "shell/api_page.html", context)


@login_not_required
@require_GET
def api_document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document; it tells nothing about the organisation, so it asks for no key."""
    return HttpResponse(msgspec.json.encode(document()), content_type="application/json")


@csrf_exempt
@login_not_required
def api_unknown(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """An address that no operation has, told as the API tells everything."""
    answer = Refused(404, _("There is nothing at this address: see /api/ for what is.")).answer()
    answer["Cache-Control"] = "no-store"
    return answer
