from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from banso.shared.request_ids import chosen_id
from banso.shared.users.models import User
from banso.shared.users.reads import organisation
from banso.shell.logs import current_request_id

Handler = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def request_id(handler: Handler) -> Handler:
    """Give each request an id that its log lines and its answer carry."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = chosen_id(request.headers.get("X-Request-ID", ""))
        token = current_request_id.set(chosen)
        try:
            response = handler(request)
        finally:
            current_request_id.reset(token)
        response["X-Request-ID"] = chosen
        return response

    return middleware


def content_security_policy(handler: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = handler(request)
        response.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


def upload_limit(handler: Handler) -> Handler:
    """Take large uploads from those who may import alone: Django would spool the files of a
    stranger's form to the disk, whole, before anything asks who sends them.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.content_type != "multipart/form-data":
            return handler(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_large = not length.isdecimal() or int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        may_import = isinstance(request.user, User) and request.user.may("import")
        return HttpResponse(status=413) if is_large and not may_import else handler(request)

    return middleware


def reader(handler: Handler) -> Handler:
    """Speak the user's language and time zone; the organisation's zone where they chose none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return handler(request)
        zone = user.time_zone or organisation().time_zone or settings.TIME_ZONE
        with timezone.override(ZoneInfo(zone)):
            if not user.language:
                return handler(request)
            with translation.override(user.language):
                request.LANGUAGE_CODE = user.language
                response = handler(request)
                response["Content-Language"] = user.language
                return response

    return middleware
