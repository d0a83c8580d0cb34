"""Schemathesis asks every operation of the API, in process: no 5xx, and what was promised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import LazySettings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from banso.act.tasks.models import Task
from banso.act.visits.models import Visit
from banso.know.people.models import Person
from banso.know.subscriptions.models import Subscription
from banso.know.success.models import Definition
from banso.shared.keys.tests.builders import a_key
from banso.shell.api.document import document
from banso.shell.tests.api_company import a_company

ONE_OF = {
    "person_id": Person,
    "subscription_id": Subscription,
    "task_id": Task,
    "visit_id": Visit,
    "definition_id": Definition,
}
pytestmark = pytest.mark.django_db
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
    ignored_auth,
]
EXAMPLES = 24
quickly = how(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


OPERATIONS = [(path, method) for path, methods in document()["paths"].items() for method in methods]


@pytest.fixture(autouse=True)
def the_connection_of_the_test() -> Iterator[None]:
    """As Django's own test client does: a request must not close what the test rolls back."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def cases(operation: Any) -> Any:
    """Requests as the document describes them, and requests that break it somewhere."""
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    return good | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def operation_of(app: Any, path: str, method: str) -> Any:
    schema = schemathesis.openapi.from_dict(document())
    schema.app = app
    return schema[path][method]


def made_real(case: Any, real: dict[str, Any]) -> None:
    """A sound request asks for what is there; a broken one stays as it is, but comes to us: what
    names another host is refused before any operation is asked.
    """
    for name in [name for name in case.headers or () if name.lower() == "host"]:
        del case.headers[name]
    if case.meta.generation.mode is GenerationMode.POSITIVE:
        for name in set(case.path_parameters or ()) & set(real):
            case.path_parameters[name] = real[name]
        if case.path.endswith("by-external-id"):
            case.query["external_id"] = "u-1" if "people" in case.path else "C-1"


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nothing_breaks_an_operation(path: str, method: str, settings: LazySettings) -> None:
    settings.API_REQUEST_RATE = settings.API_RATE = 10**9
    real = {"account_id": a_company()[0].pk, "key": "logins"}
    real |= {name: model._default_manager.get().pk for name, model in ONE_OF.items()}
    _key, token = a_key(source="crm")
    operation = operation_of(get_wsgi_application(), path, method)

    @quickly
    @given(case=cases(operation))
    def ask(case: Any) -> None:
        made_real(case, real)
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    ask()


BROKEN = {
    "breaks": (500, "application/json", b"{}"),
    "answers another status": (418, "application/json", b"{}"),
    "answers another type": (200, "text/html", b"<p>"),
    "answers another shape": (200, "application/json", b'{"items": 1}'),
    "answers without a key": (200, "application/json", b'{"items": [], "next_cursor": null}'),
}


@pytest.mark.parametrize("how_broken", BROKEN)
def test_the_check_finds_an_operation_that(how_broken: str) -> None:
    status, kind, body = BROKEN[how_broken]

    def broken(environ: Any, start_response: Any) -> list[bytes]:
        start_response(f"{status} Broken", [("Content-Type", kind)])
        return [body]

    @quickly
    @given(case=operation_of(broken, "/api/v1/accounts", "get").as_strategy())
    def ask(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": "Bearer x"}, checks=CHECKS)

    with pytest.raises(FailureGroup):
        ask()
