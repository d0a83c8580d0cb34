"""Answers that say what is wrong: application/problem+json, one form for every door."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from banso.shared.keys import limits

PG_DISK_FULL = "53100"
MEDIA_TYPE = "application/problem+json"
TITLES: Mapping[int, str | Promise] = {
    401: _("No valid key"),
    403: _("Not allowed"),
    404: _("Not there"),
    405: _("Wrong method"),
    409: _("In conflict"),
    411: _("Length required"),
    413: _("Too large"),
    415: _("Wrong content type"),
    422: _("Cannot be used"),
    429: _("Too fast"),
    500: _("Our fault"),
    503: _("Busy"),
}


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
            "title": str(TITLES[self.status]),
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }
        response = JsonResponse(body, status=self.status, content_type=MEDIA_TYPE)
        for name, value in self.headers.items():
            response[name] = value
        return response


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
