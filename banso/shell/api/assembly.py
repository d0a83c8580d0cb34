"""The API put together: every app's router under /api/v1, with one form of answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.operation import Operation

from banso.shared.rest.slots import routers
from banso.shell.api.answers import Reader, Writer, answer_faults, answered

PREFIX = "api/v1/"
_PART = re.compile(r"<(?:\w+:)?(\w+)>")
FREE = "filters"


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


@cache
def api() -> Api:
    made = Api(
        title="Banso",
        version="1",
        renderer=Writer(),
        parser=Reader(),
        docs_url=None,
        openapi_url=None,
        urls_namespace="api",
    )
    answer_faults(made)
    for router in routers.values():
        made.add_router("", router)
    return made


def api_urlpatterns() -> list[URLPattern]:
    """The addresses of all operations, below /api/v1/."""
    found = []
    for pattern in api().urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            route = str(pattern.pattern)
            view = answered(pattern.callback, parameters_at(route))
            found.append(path(PREFIX + route, view, name=pattern.name))
    return found


def parameters_at(route: str) -> Callable[[str], Callable[[str], bool] | None]:
    """By method, what tells whether a name is a parameter of the operation at the route."""
    template = "/" + PREFIX + _PART.sub(r"{\1}", route)

    def known(method: str) -> Callable[[str], bool] | None:
        return known_parameters().get((template, method.lower()))

    return known


@cache
def known_parameters() -> dict[tuple[str, str], Callable[[str], bool]]:
    document: dict[str, Any] = api().get_openapi_schema(path_prefix=PREFIX)
    return {
        (template, method): _named(operation.get("parameters", ()))
        for template, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def _named(parameters: Any) -> Callable[[str], bool]:
    names = {p["name"] for p in parameters if p["in"] == "query"}
    prefixes = tuple(
        prefix for p in parameters if p["name"] == FREE for prefix in p.get("x-prefixes", ())
    )
    return lambda name: name in names or name.startswith(prefixes or ("\0",))
