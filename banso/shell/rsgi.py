"""What Granian calls: events go in by their own door, everything else to Django."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
from concurrent.futures import ThreadPoolExecutor

from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "banso.shell.settings")

from banso.listen.events import door
from banso.shell.bridge import LEFT, Bridge
from banso.shell.wsgi import application as django_application

log = logging.getLogger(__name__)
THREADS = 8
INGEST = ("/api/v1/events", "/api/v1/identify", "/v1/", "/health/", "/ready/")


class Application:
    """One per server process; ``paths`` limits what is served."""

    def __init__(self, paths: tuple[str, ...] = ("/",)) -> None:
        self._paths = paths

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="django")
        self._asking = ThreadPoolExecutor(2, thread_name_prefix="door")
        self._django = Bridge(django_application, loop, self._threads)
        self._door = door.Door(loop, self._asking)
        gc.freeze()  # what was loaded stays: no need to look through it again

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._door.inbox.stop()
        self._asking.shutdown(wait=False)
        self._threads.shutdown(wait=False)

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        try:
            await self._answer(scope, protocol)
        except LEFT as left:
            log.info("request not finished", extra={"path": scope.path, "why": str(left)})

    async def _answer(self, scope: Scope, protocol: HTTPProtocol) -> None:
        if not scope.path.startswith(self._paths):
            protocol.response_empty(404, [])
            return
        body: bytes | None = None
        if scope.path in door.PATHS:
            answer = await self._door.handle(scope, protocol)
            if isinstance(answer, door.Answer):
                protocol.response_bytes(answer.status, answer.headers, answer.body)
                return
            body = answer
        await self._django(scope, protocol, body)


application = Application()
ingest_application = Application(INGEST)
