"""The door for programs: a key, a rate, answers in JSON; no session, no cookie, no CSRF token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from banso.shared.keys import limits
from banso.shared.keys.models import ApiKey
from banso.shared.keys.reads import key_for
from banso.shared.keys.rules import token_in
from banso.shared.keys.writes import note_use

TITLES = {
    401: "No valid key",
    403: "Not allowed",
    405: "Wrong method",
    411: "Length required",
    413: "Too large",
    415: "Wrong content type",
    422: "Cannot be used",
    429: "Too fast",
    503: "Busy",
}
Door = Callable[..., HttpResponse]


class Refused(Exception):
    """The request is answered with a problem: a status and a sentence that says what to do."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.headers, self.extra = dict(headers or {}), dict(extra or {})

    def answer(self) -> JsonResponse:
        body = {
            "type": "about:blank",
            "title": TITLES[self.status],
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }
        response = JsonResponse(body, status=self.status, content_type="application/problem+json")
        for name, value in self.headers.items():
            response[name] = value
        return response


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
                    raise Refused(
                        429,
                        f"This key may send {settings.API_RATE} events a second: send the same "
                        f"request again in {standing.wait} s.",
                    )
                note_use(key)
                response = view(request, key, *args, **kwargs)
                standing = limits.charge(key_id=key.pk, cost=0)
            except Refused as refused:
                response = refused.answer()
            except OperationalError:
                response = Refused(
                    503,
                    "The database does not answer in time: nothing was kept, send it again.",
                    headers={"Retry-After": "5"},
                ).answer()
            for name, value in (standing.headers() if standing else {}).items():
                response[name] = value
            response["Cache-Control"] = "no-store"
            return response

        return opened

    return decorate


def _admitted(request: HttpRequest, scope: str) -> ApiKey:
    if request.method != "POST":
        raise Refused(405, "Only POST is answered here.", headers={"Allow": "POST"})
    token = token_in(request.headers.get("Authorization", ""))
    key = key_for(token) if token else None
    if key is None:
        said = "is unknown or revoked" if token else "is missing"
        raise Refused(
            401,
            f"The API key {said}: send Authorization: Bearer KEY with a key from "
            "Settings > API keys.",
            headers={"WWW-Authenticate": 'Bearer realm="Banso"'},
        )
    if not key.may(scope):
        raise Refused(403, f"The key “{key.name}” lacks the scope {scope}: make one that has it.")
    return key
