"""No address, parameter or form brings a page down: nonsense is answered below 500."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from banso.know.accounts.tests.builders import an_account
from banso.shared.users.tests.builders import a_user

BANSO = Path(__file__).resolve().parents[1] / "banso"
HOSTILE = (
    "",
    "0",
    "-1",
    "99999999999999999999999",
    "NaN",
    "1e400",
    "2024-13-45",
    "0000-00-00",
    "'; drop table accounts_account; --",
    "<script>alert(1)</script>",
    "{{ 7|add:1 }}",
    "%00",
    "\x00",
    "../../etc/passwd",
    "株式会社" * 200,
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    '{"a": [',
    "[]",
    "null",
    "name,-health,nonsense",
    "__class__",
    "owner__password",
)
# they tell nothing of the organisation: whether it lives, and what its API is like
FOR_STRANGERS = {"health/", "ready/", "api/openapi.json"}
PARAMETER = re.compile(r"\b(?:GET|POST)(?:\.get(?:list)?\(|\[)\s*[\"']([\w-]+)[\"']")


def pages(
    resolver: URLResolver | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from pages(entry, prefix + str(entry.pattern))
        elif entry.callback.__module__.startswith("banso."):
            yield prefix + str(entry.pattern), entry


def address(route: str, value: str) -> str:
    """The route with every <converter:name> replaced by something of its type."""

    def fill(match: re.Match[str]) -> str:
        converter = match.group(1) or "str"
        if converter == "int":
            return value if value.isdigit() else "1"
        if converter == "uuid":
            return "00000000-0000-4000-8000-000000000000"
        return re.sub(r"[^\w-]", "", value) or "x"

    return "/" + re.sub(r"<(?:(\w+):)?\w+>", fill, route)


def parameter_names() -> list[str]:
    found: set[str] = set()
    for file in BANSO.rglob("*.py"):
        if "tests" not in file.parts:
            found.update(PARAMETER.findall(file.read_text()))
    return sorted(found | {"q", "page", "sort", "next"})


ROUTES = sorted(route for route, _ in pages())


@pytest.fixture
def somebody(db: None, client: Client) -> Client:
    an_account(pk=1)
    client.force_login(a_user(role="administrator", pk=1))
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("route", ROUTES)
def test_no_request_breaks_a_page(somebody: Client, route: str) -> None:
    chance = random.Random(route)  # noqa: S311 - seeded, no secret
    names = parameter_names()
    for value in HOSTILE:
        path = address(route, value)
        query = {name: chance.choice(HOSTILE) for name in chance.sample(names, min(len(names), 8))}
        for send in (somebody.get, somebody.post):
            answer = send(path, query)
            assert answer.status_code < 500, f"{send.__name__.upper()} {path} {query}"
            if answer.streaming:
                b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("route", ROUTES)
def test_a_stranger_learns_nothing(client: Client, db: None, route: str) -> None:
    account = an_account(pk=1, name="秘密工業")
    for send in (client.get, client.post):
        answer = send(address(route, "1"))
        assert answer.status_code in {200, 302, 401, 403, 404, 405, 415, 503}
        body = b"" if answer.streaming else answer.content
        assert account.name not in body.decode()
        if answer.status_code == 200:
            assert route in FOR_STRANGERS, f"{route} answers without a sign-in"
