"""The quick way in for events, in front of Django: sound requests are answered here.

Whatever is unusual in head or body goes on to the views, which name each fault; so this module
knows one answer besides those that come under pressure: 202, once the events are on disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Protocol

import msgspec
from django.conf import settings
from django.db import DatabaseError
from django.http.request import split_domain_port, validate_host

from banso.listen.events import ingest, raw_inbox
from banso.listen.events import segment as segments
from banso.listen.events.intake import micros
from banso.listen.events.raw_inbox import Body
from banso.listen.events.soundness import unpack_and_ask
from banso.listen.events.wire import BATCH_KEY, LINES, MOST_BYTES
from banso.shared import clock
from banso.shared.keys import limits
from banso.shared.keys.keyring import Keyring
from banso.shared.keys.models import ApiKey
from banso.shared.keys.problems import Refused, too_fast, unanswered
from banso.shared.keys.rules import EVENTS_WRITE, token_in
from banso.shared.lake.group_commit import GroupCommit
from banso.shared.request_ids import chosen_id

# path -> the call of a Segment source, empty for our own form
PATHS = {"/api/v1/events": "", "/v1/track": "track", "/v1/batch": "batch"}
# larger bodies are read by a thread, so that others are answered meanwhile
LARGE = 1024 * 1024
MOST_BYTES_AT_ONCE = 256 * 1024 * 1024
# whether a body of the kind is lines
_OURS = {"application/json": False, **dict.fromkeys(LINES, True)}
_THEIRS = {"application/json": False, "text/plain": False}
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(slots=True)
class Head:
    """What the quick way wants to know of a request before it reads the body."""

    token: str
    kind: str
    length: int
    encoding: str
    lines: bool
    batch_key: str
    request_id: str


class Headers(Protocol):
    def get(self, key: str, default: str = "") -> str: ...


class Asked(Protocol):
    """A request as the server hands it over."""

    @property
    def path(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def authority(self) -> str | None: ...
    @property
    def headers(self) -> Headers: ...


Read = Callable[[], Awaitable[bytes]]


def head_of(asked: Asked) -> Head | None:
    """The head, or None when anything in it needs the careful way."""
    header = asked.headers.get
    kind = PATHS[asked.path]
    lines = (_THEIRS if kind else _OURS).get(_plain(header("content-type", "")))
    encoding = header("content-encoding", "").strip().lower()
    length = header("content-length", "")
    batch_key = header("idempotency-key", "").strip()
    token = token_in(header("authorization", ""))
    usual = (
        asked.method == "POST"
        and bool(token)
        and lines is not None
        and encoding in ("", "identity", "gzip")
        and length.isdecimal()
        and 0 < int(length) <= (segments.MOST_BYTES if kind else MOST_BYTES)
        and (not batch_key or kind or BATCH_KEY.fullmatch(batch_key) is not None)
        and _is_ours(header("host", "") or asked.authority or "")
        and (not settings.SECURE_SSL_REDIRECT or _is_secure(asked))
    )
    if not usual or lines is None:
        return None
    return Head(
        token,
        kind,
        int(length),
        encoding,
        lines,
        "" if kind else batch_key,
        header("x-request-id", ""),
    )


@lru_cache(256)
def _plain(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


@lru_cache(256)
def _is_ours(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _is_secure(asked: Asked) -> bool:
    proxy = settings.SECURE_PROXY_SSL_HEADER
    if proxy:
        name = proxy[0].removeprefix("HTTP_").replace("_", "-").lower()
        return asked.headers.get(name, "").split(",")[0].strip() == proxy[1]
    return asked.scheme == "https"


class Door:
    """Reads, judges and stores requests on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, executor: Executor) -> None:
        self._loop, self._executor = loop, executor
        self._keys = Keyring(loop, executor)
        self._bytes = 0
        self.inbox: GroupCommit[Body] = GroupCommit(raw_inbox.packed, loop)
        self.inbox.start()

    async def handle(self, asked: Asked, read: Read) -> Answer | bytes | None:
        """An answer; or what the careful way is to take: the body, None where it is unread."""
        head = head_of(asked)
        if head is None:
            return None
        key = self._keys.known(head.token) or await self._key_of(head)
        if key is None:
            return None
        if refusal := self._pressed(head, key):
            return refusal
        self._bytes += head.length
        try:
            body = await read()
            answer = await self._answer(head, key, body)
        finally:
            self._bytes -= head.length
        if answer is None:  # the careful way takes its own
            limits.charge(key_id=key.pk, cost=-1)
            return body
        return answer

    async def _key_of(self, head: Head) -> ApiKey | None:
        """The key of the request when it may send events."""
        try:
            key = await self._keys.key_for(head.token)
        except DatabaseError:
            return None
        return key if key and key.may(EVENTS_WRITE) else None

    def _pressed(self, head: Head, key: ApiKey) -> Answer | None:
        """The refusal when the key is too fast or the house too full; it costs one token."""
        standing = limits.take(key_id=key.pk, cost=1, per_second=settings.API_RATE)
        refused = too_fast(standing) if standing.wait else ingest.behind(self.inbox.waiting_rows)
        if refused is None and self._bytes + head.length > MOST_BYTES_AT_ONCE:
            refused = Refused(
                429, "Too much is being sent at once: wait a second.", headers={"Retry-After": "1"}
            )
        return _refusal(refused, head, standing) if refused else None

    async def _answer(self, head: Head, key: ApiKey, body: bytes) -> Answer | None:
        now_us = micros(clock.now(), 0)
        ask = partial(
            unpack_and_ask,
            body,
            head.encoding,
            kind=head.kind,
            lines=head.lines,
            batch_key=head.batch_key,
            now_us=now_us,
        )
        large = len(body) > LARGE or head.encoding == "gzip"
        plain, rows = await self._loop.run_in_executor(self._executor, ask) if large else ask()
        if not rows:
            return None
        try:
            before = ingest.sent_before(source=key.source, batch_key=head.batch_key, body=plain)
        except ingest.KeyReused:
            return None
        if before is not None:
            return _done(before, head, limits.charge(key_id=key.pk, cost=0))
        item = Body(key.source, plain, rows, head.lines, head.batch_key, now_us)
        standing = limits.charge(key_id=key.pk, cost=rows - 1)
        try:
            await self.inbox.put(item, len(plain))
        except DatabaseError as error:
            return _refusal(unanswered(error), head, standing)
        outcome = ingest.Outcome(accepted=rows)
        if head.batch_key:
            ingest.remember(
                source=key.source, batch_key=head.batch_key, body=plain, outcome=outcome
            )
        return _done(outcome, head, standing)


def _done(outcome: ingest.Outcome, head: Head, standing: limits.Standing | None) -> Answer:
    headers = _headers(head, "application/json", standing.headers() if standing else {})
    if head.kind:
        return Answer(200, headers, b'{"success": true}')
    return Answer(202, headers, _encode(outcome.said()))


def _refusal(refused: Refused, head: Head, standing: limits.Standing | None) -> Answer:
    response = refused.answer()
    given = refused.headers | (standing.headers() if standing else {})
    headers = _headers(head, response.headers["Content-Type"], given)
    return Answer(response.status_code, headers, response.content)


def _headers(head: Head, kind: str, given: Mapping[str, str]) -> list[tuple[str, str]]:
    headers = [
        ("content-type", kind),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-request-id", chosen_id(head.request_id)),
    ]
    return headers + [(name.lower(), value) for name, value in given.items()]
