"""Django behind an RSGI server: the WSGI application runs in threads, bodies flow both ways."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Executor, Future
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from granian.rsgi import HTTPProtocol, ProtocolClosed, ProtocolError, Scope  # type: ignore[attr-defined]

log = logging.getLogger(__name__)
Headers = list[tuple[str, str]]
Whole = tuple[int, Headers, bytes]
# a body up to this is read before a thread is taken, so that slow senders hold none
READ_FIRST = 1024 * 1024
STALLED_SECONDS = 60
# the caller has gone, or moves nothing any more
LEFT = (ProtocolClosed, ProtocolError, TimeoutError)
_APART = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Bridge:
    def __init__(
        self, application: Callable[..., Any], loop: asyncio.AbstractEventLoop, threads: Executor
    ) -> None:
        self._application, self._loop, self._threads = application, loop, threads

    async def __call__(self, scope: Scope, protocol: HTTPProtocol, body: bytes | None) -> None:
        """Answer a request; ``body`` is given when somebody read it already."""
        length = scope.headers.get("content-length", "0")
        if body is None and length.isdecimal() and int(length) <= READ_FIRST:
            body = await protocol() if int(length) else b""
        source = io.BytesIO(body) if body is not None else self._upload(protocol)
        environ = environ_of(scope) | {"wsgi.input": source}
        whole = await self._loop.run_in_executor(self._threads, self._run, environ, protocol)
        if whole:
            protocol.response_bytes(*whole)

    def _upload(self, protocol: HTTPProtocol) -> io.BufferedReader:
        return io.BufferedReader(Upload(protocol.__aiter__(), self._loop), 64 * 1024)

    def _run(self, environ: dict[str, Any], protocol: HTTPProtocol) -> Whole | None:
        """Run in a thread; the whole answer, or None when it was streamed from here."""
        head: list[Any] = []

        def start_response(status: str, headers: Headers, _error: object = None) -> None:
            head[:] = [int(status.split(" ", 1)[0]), headers]

        try:
            parts = self._application(environ, start_response)
        except Exception:
            log.exception("request failed", extra={"path": environ["PATH_INFO"]})
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            return status, [("content-type", "text/plain")], status.phrase.encode()
        try:
            if not getattr(parts, "streaming", False):
                return head[0], head[1], b"".join(parts)
            self._stream(protocol, head[0], head[1], parts)
        except LEFT as left:
            log.info("answer not taken", extra={"path": environ["PATH_INFO"], "why": str(left)})
        finally:
            parts.close()
        return None

    def _stream(
        self, protocol: HTTPProtocol, status: int, headers: Headers, parts: Iterable[bytes]
    ) -> None:
        transport = protocol.response_stream(status, headers)
        for part in parts:
            if part:
                sent: Future[None] = asyncio.run_coroutine_threadsafe(
                    _awaited(transport.send_bytes(part)), self._loop
                )
                sent.result(STALLED_SECONDS)


class Upload(io.RawIOBase):
    """A request's body as a file: each part is fetched when it is read."""

    def __init__(self, parts: AsyncIterator[bytes], loop: asyncio.AbstractEventLoop) -> None:
        self._parts, self._loop, self._left = parts, loop, b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left and not self._ended:
            found = asyncio.run_coroutine_threadsafe(_next_of(self._parts), self._loop)
            try:
                part = found.result(STALLED_SECONDS)
            except LEFT as error:
                raise OSError("the sender has left") from error
            self._ended, self._left = part is None, part or b""
        taken = self._left[: len(buffer)]
        buffer[: len(taken)] = taken
        self._left = self._left[len(taken) :]
        return len(taken)


async def _next_of(parts: AsyncIterator[bytes]) -> bytes | None:
    try:
        return await parts.__anext__()  # anext() with a default crashes on Granian's iterator
    except StopAsyncIteration:
        return None


async def _awaited(awaitable: Any) -> None:
    await awaitable


def environ_of(scope: Scope) -> dict[str, Any]:
    """The head of the request as PEP 3333 wants it."""
    server = urlsplit(f"//{scope.server}")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server.hostname or "",
        "SERVER_PORT": str(server.port or ""),
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": urlsplit(f"//{scope.client}").hostname or "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        if "_" in name:  # else x_forwarded_proto would pass for x-forwarded-proto
            continue
        key = _APART.get(name) or "HTTP_" + name.upper().replace("-", "_")
        mark = "; " if name == "cookie" else ","
        environ[key] = f"{environ[key]}{mark}{value}" if key in environ else value
    if scope.authority:
        environ.setdefault("HTTP_HOST", scope.authority)
    return environ
