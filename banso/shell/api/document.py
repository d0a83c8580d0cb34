"""The OpenAPI document: what ninja knows of the operations, and what they all share."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import get_language, gettext, override
from django.utils.translation import gettext_noop as _

from banso.shared.keys.problems import MEDIA_TYPE
from banso.shared.rest.slots import documents
from banso.shell.api.assembly import PREFIX, api

Json = dict[str, Any]
ABOUT = _(
    "Read and write customers, people and subscriptions; read metrics, health scores, signals and "
    "evidence; send usage events. Each request carries a key (Authorization: Bearer KEY) that an "
    "administrator makes under Settings > API keys. What cannot be answered is told as "
    "application/problem+json (RFC 9457)."
)
TAGS = {
    "key": _("Key and own fields"),
    "accounts": _("Customers"),
    "people": _("People"),
    "subscriptions": _("Subscriptions"),
    "notes": _("Notes"),
    "success": _("Definitions of success"),
    "events": _("Usage events"),
    "metrics": _("Metrics"),
    "health": _("Health scores"),
    "revenue": _("Revenue and staying"),
    "evidence": _("Evidence"),
    "hypotheses": _("Hypotheses"),
    "trees": _("KPI trees"),
    "effects": _("Did it work?"),
    "signals": _("Signals"),
    "tasks": _("Tasks"),
    "visits": _("Visits"),
}
PROBLEMS = {
    401: _("The key is missing, unknown or revoked."),
    403: _("The key lacks the scope."),
    404: _("There is no such thing."),
    413: _("The body is too large."),
    415: _("The body is not of a type that is read here."),
    422: _("The request cannot be used; errors says where."),
    429: _("The key is used too fast; Retry-After says for how long to wait."),
    503: _("Busy: nothing was kept, send it again after Retry-After."),
}
HEADERS = {
    "X-Request-ID": _("Names the request in our logs; send your own to follow it."),
    "RateLimit-Limit": _("Requests that a rested key may send at once."),
    "RateLimit-Remaining": _("Requests left now."),
    "RateLimit-Reset": _("Seconds until all are there again."),
}
PROBLEM: Json = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": _("What is wrong and what to do.")},
        "errors": {
            "type": "array",
            "description": _("Each fault of the request with its place."),
            "items": {"type": "object"},
        },
        "refused": {
            "type": "array",
            "description": _("Each item that was not kept, with its place and the reason."),
            "items": {"type": "object"},
        },
        "request_id": {"type": "string"},
    },
}


def document() -> Json:
    """The document in the language of the request."""
    return _in(get_language() or "en")


@cache
def _in(language: str) -> Json:
    with override(language):
        found: Json = _translated(_complete())
        return found


@cache
def _complete() -> Json:
    schema = api().get_openapi_schema(path_prefix=PREFIX)
    made: Json = json.loads(json.dumps(schema, cls=DjangoJSONEncoder))
    for make in documents.values():
        paths, schemas = make()
        made["paths"] |= paths
        made["components"]["schemas"] |= schemas
    made["info"]["description"] = ABOUT
    made["components"]["schemas"]["Problem"] = PROBLEM
    made["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    made["components"]["headers"] = {
        name: {
            "description": said,
            "schema": {"type": "string" if name.startswith("X-") else "integer"},
        }
        for name, said in HEADERS.items()
    }
    made["tags"] = [{"name": name, "description": said} for name, said in TAGS.items()]
    del made["servers"]
    for path, method, operation in operations(made):
        _finish(path, method, operation)
    return made


def operations(made: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _finish(path: str, method: str, operation: Json) -> None:
    """Security, the problems that can happen, and the headers of all answers."""
    operation["security"] = [{"key": []}]
    possible = {401, 403, 422, 429, 503}
    possible |= {404} if operation.pop("x-may-miss", "{" in path) else set()
    possible |= {413, 415} if method != "get" else set()
    if not operation["x-scope"]:
        possible -= {403}
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted(possible):
        operation["responses"].setdefault(
            str(status), {"description": PROBLEMS[status], "content": content}
        )
    if method == "get":
        operation["responses"]["304"] = {"description": _("Unchanged since that ETag.")}
    references = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
    for status, answer in operation["responses"].items():
        named = references if status not in ("401", "403") else {}
        answer["headers"] = named | answer.get("headers", {})
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _without_null(parameter["schema"])


def _without_null(schema: Json) -> Json:
    """A parameter that may be left out is not null: an address has no null."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    found: Json = kinds[0] | rest
    return found


def _translated(part: Any, inside: str = "") -> Any:
    """Without the titles that pydantic makes up, and with sentences in the present language."""
    if isinstance(part, list):
        return [_translated(one, inside) for one in part]
    if not isinstance(part, dict) or inside in ("example", "examples", "default", "const"):
        return part
    made = {}
    for name, value in part.items():
        if name in ("summary", "description") and isinstance(value, str) and value:
            made[name] = gettext(value)
        elif not (name == "title" and isinstance(value, str) and inside != "info"):
            made[name] = _translated(value, name)
    return made
