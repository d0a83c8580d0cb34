"""A program that calls the API, and checks each answer against the OpenAPI document."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
from django.http import HttpResponse
from django.test import Client

from banso.shared.keys.models import ApiKey
from banso.shared.keys.rules import SCOPES
from banso.shared.keys.tests.builders import a_key

PREFIX = "/api/v1"


class Caller:
    """Has a key with these scopes (all of them where none is named)."""

    def __init__(self, *scopes: str, source: str = "crm", language: str = "en") -> None:
        self.key: ApiKey
        self.key, self.token = a_key(scopes=scopes or SCOPES, source=source)
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": language}

    def ask(
        self,
        method: str,
        path: str,
        query: dict[str, Any] | None = None,
        body: Any = None,
        **headers: str,
    ) -> HttpResponse:
        """The whole answer; it conforms to what the document promises for its status."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {} if body is None else {"data": json.dumps(body)}
        kind = {"content_type": "application/json"} if body is not None else {}
        address = PREFIX + path
        answer: Any = self.client.generic(
            method,
            address,
            sent.get("data", ""),
            kind.get("content_type", ""),
            query_params=query or {},
            headers=self.headers | more,
        )
        must_conform(method, address, answer)
        return answer  # type: ignore[no-any-return]

    def used(self) -> Caller:
        """Not new any more: the first use of a key is written down."""
        self.get("/key")
        return self

    def get(self, path: str, **query: Any) -> Any:
        answer = self.ask("GET", path, query)
        assert answer.status_code == 200, answer.content.decode()
        return json.loads(answer.content)

    def post(self, path: str, body: Any, *, status: int = 200) -> Any:
        answer = self.ask("POST", path, body=body)
        assert answer.status_code == status, answer.content.decode()
        return json.loads(answer.content)

    def refused(self, path: str, status: int = 422, **query: Any) -> Any:
        answer = self.ask("GET", path, query)
        assert answer.status_code == status, answer.content.decode()
        return json.loads(answer.content)


def must_conform(method: str, address: str, answer: Any) -> None:
    """The status, type and shape of an answer are those of the document."""
    operation = operation_at(method, address)
    if operation is None:
        return
    promised = operation["responses"].get(str(answer.status_code))
    assert promised is not None, f"{method} {address} answers {answer.status_code}, undocumented"
    kinds = promised.get("content", {})
    if not kinds:
        return
    kind = answer["Content-Type"].partition(";")[0]
    assert kind in kinds, f"{method} {address} answers {kind}"
    if not answer.streaming:
        checker(json.dumps(kinds[kind]["schema"])).validate(json.loads(answer.content))


def operation_at(method: str, address: str) -> Any:
    from banso.shell.api.document import document

    for template, methods in document()["paths"].items():
        pattern = re.sub(r"\{account_id\}|\{\w+_id\}", r"\\d+", template)
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), address):
            return methods.get(method.lower())
    return None


@cache
def checker(schema: str) -> Any:
    from banso.shell.api.document import document

    whole = json.loads(schema) | {"components": document()["components"]}
    return jsonschema_rs.validator_for(whole)
