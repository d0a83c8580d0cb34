"""Who may ask what, how often, and in which form: asked before each operation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase

from banso.shared.keys import limits
from banso.shared.keys.admission import admitted
from banso.shared.keys.models import ApiKey
from banso.shared.keys.problems import Refused
from banso.shared.keys.writes import note_use

KEY, STANDING, KNOWN = "banso.key", "banso.standing", "banso.known_parameters"


class Access(AuthBase):
    """A key with the scope, at its rate; JSON where there is a body; no unknown parameters."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> ApiKey:
        key = admitted(request, self.scope)
        standing = limits.take(
            key_id=key.pk, cost=1, per_second=settings.API_REQUEST_RATE, of=limits.REQUESTS
        )
        request.META |= {KEY: key, STANDING: standing}
        if standing.wait:
            raise Refused(
                429,
                _("This key may ask %(rate)s times a second: ask again in %(wait)s s.")
                % {"rate": settings.API_REQUEST_RATE, "wait": standing.wait},
            )
        note_use(key)
        if request.method not in ("GET", "HEAD"):
            _must_be_json(request)
        _must_be_known(request)
        return key


def needs(scope: str, **said: Any) -> dict[str, Any]:
    """What an operation says to be opened by keys with the scope (by any key: an empty one).

    ``said`` goes into its OpenAPI description.
    """
    return {"auth": Access(scope), "openapi_extra": {"x-scope": scope, **said}}


def key_of(request: HttpRequest) -> ApiKey:
    """The key that opened the operation."""
    key = request.META[KEY]
    if not isinstance(key, ApiKey):
        raise TypeError("key_of() is for operations that need a scope")
    return key


def must_have(request: HttpRequest, scope: str) -> None:
    """Refuse a part of an answer that the key's scopes do not cover."""
    key = key_of(request)
    if not key.may(scope):
        raise Refused(
            403,
            _("The key “%(name)s” lacks the scope %(scope)s: make one that has it.")
            % {"name": key.name, "scope": scope},
        )


def charge(request: HttpRequest, cost: int) -> None:
    """Count more than one request, for work that is larger than one."""
    charged = limits.charge(key_id=key_of(request).pk, cost=cost, of=limits.REQUESTS)
    request.META[STANDING] = charged or request.META[STANDING]


def _must_be_json(request: HttpRequest) -> None:
    kind = (request.content_type or "").lower()
    has_body = request.headers.get("Content-Length", "0") not in ("", "0")
    if kind != "application/json" and (has_body or kind):
        raise Refused(
            415,
            _("Content-Type %(kind)s is not read here: send application/json.")
            % {"kind": repr(kind)[:80]},
        )
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity"):
        raise Refused(
            415,
            _("Content-Encoding %(encoding)s is not read here: send the body as it is.")
            % {"encoding": repr(encoding)[:80]},
        )


def _must_be_known(request: HttpRequest) -> None:
    """A misspelt filter must not answer with everything."""
    known = request.META.get(KNOWN)
    unknown = [] if known is None else [name for name in request.GET if not known(name)]
    if unknown:
        raise Refused(
            422,
            _("The parameter %(name)s is not known here: see /api/ for those that are.")
            % {"name": repr(unknown[0])[:80]},
            extra={"errors": [{"in": "query", "field": name[:80]} for name in unknown[:20]]},
        )
