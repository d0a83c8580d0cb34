"""What is the same for all answers of the API: their form, headers and language."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, set_response_etag
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from banso.shared.keys.limits import Standing
from banso.shared.keys.problems import Refused
from banso.shared.rest.access import KNOWN, STANDING
from banso.shared.rest.faults import listed
from banso.shell.logs import current_request_id

log = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]
BUSY_SECONDS = "5"


class Writer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return msgspec.json.encode(data)


class Reader(Parser):
    """JSON as its standard has it: no NaN, no lone surrogates."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(request.body)
        return found


def _problem(status: int, detail: str, **more: Any) -> Callable[..., HttpResponseBase]:
    def answer(request: HttpRequest, error: Exception) -> HttpResponseBase:
        return Refused(status, _(detail), **more).answer()

    return answer


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponseBase:
    faults = listed(error.errors)
    first = faults[0] if faults else {"field": "", "message": ""}
    detail = _("%(field)s %(message)s.") % {
        "field": first["field"] or first["in"],
        "message": first["message"],
    }
    return Refused(422, detail, extra={"errors": faults}).answer()


def _unreadable(request: HttpRequest, error: HttpError) -> HttpResponseBase:
    why = str(error.__cause__ or error)[:200]
    return Refused(422, _("The body is no JSON: %(why)s") % {"why": why}).answer()


def _broken(request: HttpRequest, error: Exception) -> HttpResponseBase:
    log.error("api failed", extra={"path": request.path}, exc_info=error)
    said = _("This is our fault and was written down: tell us the request id.")
    return Refused(500, said, extra={"request_id": current_request_id.get()}).answer()


def _said(request: HttpRequest, error: Refused) -> HttpResponseBase:
    return error.answer()


def answer_faults(api: NinjaAPI) -> None:
    """Give every fault its problem."""
    handlers: Mapping[type[Exception], Callable[..., HttpResponseBase]] = {
        Refused: _said,
        ValidationError: _invalid,
        HttpError: _unreadable,
        Http404: _problem(404, gettext_noop("There is no such thing here.")),
        PermissionDenied: _problem(403, gettext_noop("This is not allowed.")),
        RequestDataTooBig: _problem(
            413, gettext_noop("The body is too large: send smaller batches.")
        ),
        OperationalError: _problem(
            503,
            gettext_noop("The database does not answer in time: nothing was kept, send it again."),
            headers={"Retry-After": BUSY_SECONDS},
        ),
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)  # type: ignore[arg-type]


def _unless_known(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer with its ETag, or 304 where the program has it; downloads are not held back."""
    if not isinstance(response, HttpResponse):
        return response
    set_response_etag(response)
    tag = response.headers["ETag"]
    return get_conditional_response(request, etag=tag, response=response) or response


def answered(view: View, known: Callable[[str], Callable[[str], bool] | None]) -> View:
    """The view with what every answer carries; ``known`` tells an operation's parameters."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def door(request: HttpRequest, *args: Any, **parts: Any) -> HttpResponseBase:
        request.META[KNOWN] = known(request.method or "")
        response = view(request, *args, **parts)
        if response.status_code == 405:
            allowed = response.headers.get("Allow", "")
            said = _("Only %(methods)s is answered here.") % {"methods": allowed}
            response = Refused(405, said, headers={"Allow": allowed}).answer()
        if request.method == "GET" and response.status_code == 200:
            response = _unless_known(request, response)
        standing = request.META.get(STANDING)
        if isinstance(standing, Standing):
            for name, value in standing.headers().items():
                response.headers[name] = value
        response.headers["Cache-Control"] = "no-store"
        return response

    return door
