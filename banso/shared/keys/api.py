"""The door for programs: a key, a rate, answers in JSON; no session, no cookie, no CSRF token."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from banso.shared.keys import limits
from banso.shared.keys.admission import admitted
from banso.shared.keys.models import ApiKey
from banso.shared.keys.problems import Refused, too_fast, unanswered
from banso.shared.keys.writes import note_use

__all__ = ["Refused", "door"]
Door = Callable[..., HttpResponse]


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


def _admitted(request: HttpRequest, scope: str) -> ApiKey:
    if request.method != "POST":
        raise Refused(405, _("Only POST is answered here."), headers={"Allow": "POST"})
    return admitted(request, scope)
