"""Keys a process saw within the last second: no SQL per request; a revoked one stops soon."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Executor

from django.db import close_old_connections

from banso.shared.keys.models import ApiKey
from banso.shared.keys.reads import key_for
from banso.shared.keys.writes import note_use

SECONDS_KNOWN = 1.0
MOST_KNOWN = 1_000


class Keyring:
    """Belongs to one event loop; ``executor`` asks the database."""

    def __init__(self, loop: asyncio.AbstractEventLoop, executor: Executor) -> None:
        self._loop, self._executor = loop, executor
        self._known: dict[str, tuple[float, ApiKey]] = {}
        self._asked: dict[str, asyncio.Future[ApiKey | None]] = {}

    def known(self, token: str) -> ApiKey | None:
        """The key if it was seen within the last second."""
        known = self._known.get(token)
        return known[1] if known and time.monotonic() - known[0] < SECONDS_KNOWN else None

    async def key_for(self, token: str) -> ApiKey | None:
        """As ``reads.key_for``, up to a second late."""
        asked = self._asked.get(token)
        if asked is None:
            asked = self._asked[token] = asyncio.ensure_future(self._learn(token))
        return await asyncio.shield(asked)

    async def _learn(self, token: str) -> ApiKey | None:
        try:
            at = time.monotonic()
            key = await self._loop.run_in_executor(self._executor, _looked_up, token)
            self._known.pop(token, None)
            if key:
                while len(self._known) >= MOST_KNOWN:
                    self._known.pop(next(iter(self._known)))
                self._known[token] = at, key
            return key
        finally:
            del self._asked[token]


def _looked_up(token: str) -> ApiKey | None:
    close_old_connections()
    key = key_for(token)
    if key:
        note_use(key)
    return key
