"""Schemathesis asks every operation of the API, in process: no 5xx, and what was promised."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.conf import LazySettings
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from banso.shared.keys.tests.builders import a_key
from banso.shell.api.document import document
from banso.shell.tests.api_company import a_company

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
EXAMPLES = 30
quickly = how(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


OPERATIONS = [
    (path, method) for path, methods in document()["paths"].items() for method in methods
]


def cases(path: str, method: str) -> Any:
    """Requests as the document describes them, and requests that break it somewhere."""
    schema = schemathesis.openapi.from_dict(document())
    schema.app = get_wsgi_application()
    operation = schema[path][method]
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    return good | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nothing_breaks_an_operation(path: str, method: str, settings: LazySettings) -> None:
    settings.API_REQUEST_RATE = settings.API_RATE = 10**9
    a_company()
    _key, token = a_key(source="crm")

    @quickly
    @given(case=cases(path, method))
    def ask(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    ask()
