from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from banso.shared.keys.rules import SCOPES
from banso.shell.api.document import document, operations
from banso.shell.tests.api_company import a_company

pytestmark = pytest.mark.django_db
ADDRESS = "/api/openapi.json"


def test_anybody_may_read_it_and_learns_nothing_of_the_organisation(client: Client) -> None:
    a_company()
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert json.loads(text)["openapi"].startswith("3.1")
    for secret in ("sato@example.jp", "佐藤", "login", "Silver"):
        assert secret not in text


def test_it_speaks_the_readers_language(client: Client) -> None:
    japanese = client.get(ADDRESS, headers={"accept-language": "ja"}).json()
    english = client.get(ADDRESS, headers={"accept-language": "en"}).json()
    there = japanese["paths"]["/api/v1/accounts"]["get"]["summary"]
    assert there != english["paths"]["/api/v1/accounts"]["get"]["summary"]
    untranslated = [
        operation["operationId"]
        for path, method, operation in operations(japanese)
        if operation["summary"] == english["paths"][path][method]["summary"]
    ]
    assert untranslated == []


def test_every_operation_is_whole() -> None:
    names = set()
    for path, method, operation in operations(document()):
        names.add(operation["operationId"])
        assert operation["security"] == [{"key": []}], path
        assert operation["x-scope"] in (*SCOPES, ""), path
        assert {"401", "422", "429"} <= set(operation["responses"]), path
        assert any(code.startswith("2") for code in operation["responses"]), path
        assert (method == "get") or "requestBody" in operation or path.endswith("/complete")
    assert len(names) == len(list(operations(document())))


def test_every_reference_leads_somewhere() -> None:
    whole = document()
    text = json.dumps(whole)
    for kind, name in re.findall(r"#/components/(\w+)/([\w.-]+)", text):
        assert name in whole["components"][kind]


def test_no_operation_opens_without_its_scope() -> None:
    from banso.shared.rest.tests.callers import Caller

    for path, method, operation in operations(document()):
        scope = operation["x-scope"]
        address = re.sub(r"\{\w+_id\}", "1", path).replace("{key}", "x")
        if not scope:
            continue
        caller = Caller(*(one for one in SCOPES if one != scope))
        answer = caller.client.generic(
            method.upper(), address, "{}", "application/json", headers=caller.headers
        )
        assert answer.status_code == 403, address
