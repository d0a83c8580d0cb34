"""The door for programs: a key, a rate, answers in JSON; no session, no cookie, no CSRF token."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from banso.shared.keys import limits
from banso.shared.keys.admission import admitted
from banso.shared.keys.models import ApiKey
from banso.shared.keys.problems import Refused
from banso.shared.keys.writes import note_use

__all__ = ["Refused", "door", "too_fast", "unanswered"]
Door = Callable[..., HttpResponse]
PG_DISK_FULL = "53100"


def door(scope: str) -> Callable[[Door], Door]:
    """POST with a key that has the scope. The view is called as ``view(request, key, ...)``."""

    def decorate(view: Door) -> Door:
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            standing = None
            try:
                key = _admitted(request, scope)
                standing = limits.take(key_id=key.pk, cost=1, per_second=settings.API_RATE)
                if standing.wait:
                    raise too_fast(standing)
                note_use(key)
                response = view(request, key, *args, **kwargs)
                standing = limits.charge(key_id=key.pk, cost=0)
            except Refused as refused:
                response = refused.answer()
            except OperationalError as error:
                response = unanswered(error).answer()
            for name, value in (standing.headers() if standing else {}).items():
                response[name] = value
            response["Cache-Control"] = "no-store"
            return response

        return opened

    return decorate


def too_fast(standing: limits.Standing) -> Refused:
    return Refused(
        429,
        f"This key may send {settings.API_RATE} events a second: send the same "
        f"request again in {standing.wait} s.",
    )


def unanswered(error: DatabaseError) -> Refused:
    """What a caller hears when the database could not keep it: nothing was kept."""
    if _is_full(error.__cause__):
        return Refused(
            503,
            "The disk of the server is full: nothing was kept, send it again later.",
            headers={"Retry-After": "30"},
        )
    return Refused(
        503,
        "The database does not answer in time: nothing was kept, send it again.",
        headers={"Retry-After": "5"},
    )


def _is_full(cause: BaseException | None) -> bool:
    code = getattr(cause, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_FULL or getattr(cause, "sqlstate", None) == PG_DISK_FULL


def _admitted(request: HttpRequest, scope: str) -> ApiKey:
    if request.method != "POST":
        raise Refused(405, _("Only POST is answered here."), headers={"Allow": "POST"})
    return admitted(request, scope)
