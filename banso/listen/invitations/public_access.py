"""What every public page shares: no sign-in, the visitor's language, nothing kept or passed on.

These pages are outside Django's CSRF check on purpose. What a forged request would need is the
link itself, which is its own credential and in no cookie; and a cookie that a mail program's
browser drops must not cost anybody an answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt

from banso.listen.invitations.refusals import TOO_LARGE, UNREADABLE, refused
from banso.shared.users.reads import organisation

MOST_BYTES = 3 * 1024 * 1024
PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store, private",
    "X-Robots-Tag": "noindex, nofollow",
}
SECONDS_KNOWN = 5.0
_told: dict[str, tuple[str, float]] = {}
View = Callable[[HttpRequest, str], HttpResponse]


def public(view: View) -> View:
    """A page for whoever has the link."""

    @login_not_required
    @csrf_exempt
    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponse:
        with timezone.override(ZoneInfo(_zone())):
            if _too_large(request):
                response = refused(request, TOO_LARGE)
            else:
                response = _answered(view, request, token)
        for name, value in PRIVATE.items():
            response[name] = value
        # Django would log the address of what it refuses, and the address is the key
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
        return response

    return page


def _zone() -> str:
    """The organisation's, as it was said some seconds ago at most."""
    known, until = _told.get("zone", ("", 0.0))
    if time.monotonic() > until:
        known = organisation().time_zone or settings.TIME_ZONE
        _told["zone"] = known, time.monotonic() + SECONDS_KNOWN
    return known


def _answered(view: View, request: HttpRequest, token: str) -> HttpResponse:
    try:
        asked = request.GET.get("language")
        if request.content_type == "application/x-www-form-urlencoded":
            asked = request.POST.get("language") or asked
        language = asked if asked in dict(settings.LANGUAGES) else translation.get_language()
        with translation.override(language):
            request.LANGUAGE_CODE = language or settings.LANGUAGE_CODE
            response = view(request, token)
            response["Content-Language"] = language or settings.LANGUAGE_CODE
            return response
    except (BadRequest, SuspiciousOperation, MultiPartParserError):
        return refused(request, UNREADABLE)


def _too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not str(length).isdecimal() or int(length) > MOST_BYTES


def language_of(request: HttpRequest) -> str:
    return (request.LANGUAGE_CODE or settings.LANGUAGE_CODE)[:2]
