"""Many small requests, one sync to disk: a thread stores what waits and then wakes who waited."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from django.db import connection

from banso.shared.lake import inbox, reads

log = logging.getLogger(__name__)
T = TypeVar("T")
MOST_BYTES = 8 * 1024 * 1024
MOST_ITEMS = 2_000
# the compaction is asked for at once, then no oftener than this
ASK_SECONDS = 0.25
COUNT_SECONDS = 1.0
PAUSE_SECONDS = 5.0
_Waiting = tuple[T, int, "asyncio.Future[None]"]


class GroupCommit(Generic[T]):
    """``await put(item, size)`` returns when the item is on disk, or raises what went wrong.

    ``packed`` makes inbox rows of the items that are stored together.
    """

    def __init__(
        self, packed: Callable[[list[T]], list[inbox.Row]], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._packed, self._loop = packed, loop
        self._queue: SimpleQueue[_Waiting[T] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="group commit", daemon=True)
        self._asked_at = self._counted_at = -1e9
        self._owes_asking = True  # an earlier process may have ended before it asked
        self.waiting_rows = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Store what was put before, then end."""
        self._queue.put(None)
        self._thread.join(10)

    async def put(self, item: T, size: int) -> None:
        stored: asyncio.Future[None] = self._loop.create_future()
        self._queue.put((item, size, stored))
        await stored

    def _run(self) -> None:
        try:
            going = True
            while going:
                taken, going = self._take()
                if taken:
                    self._keep(taken)
                self._after()
        finally:
            connection.close()

    def _take(self) -> tuple[list[_Waiting[T]], bool]:
        """What waits, up to a size; nothing when the time for other duties has come."""
        taken: list[_Waiting[T]] = []
        size = 0
        timeout = self._rest()
        try:
            while size < MOST_BYTES and len(taken) < MOST_ITEMS:
                one = self._queue.get_nowait() if taken else self._queue.get(timeout=timeout)
                if one is None:
                    return taken, False
                taken.append(one)
                size += one[1]
        except Empty:
            pass
        return taken, True

    def _rest(self) -> float | None:
        """How long nothing has to be done but wait for items."""
        if self._owes_asking:
            return max(0.0, self._asked_at + ASK_SECONDS - time.monotonic())
        return COUNT_SECONDS if self.waiting_rows else None

    def _keep(self, taken: list[_Waiting[T]]) -> None:
        now = time.monotonic()
        ask = now - self._asked_at >= ASK_SECONDS
        error: BaseException | None = None
        try:
            rows = self._packed([item for item, _, _ in taken])
            self._owes_asking = not inbox.store(rows, ask=ask)
            self.waiting_rows += sum(row.rows for row in rows)
            self._asked_at = now if ask else self._asked_at
        except Exception as caught:
            log.exception("cannot keep events", extra={"requests": len(taken)})
            connection.close()
            error = caught
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            self._loop.call_soon_threadsafe(_wake, [stored for _, _, stored in taken], error)

    def _after(self) -> None:
        now = time.monotonic()
        try:
            if self._owes_asking and now - self._asked_at >= ASK_SECONDS:
                self._asked_at = now
                self._owes_asking = reads.waiting_rows() > 0
                if self._owes_asking:
                    with inbox.turn:
                        self._owes_asking = not inbox.ask_for_compaction()
            if now - self._counted_at >= COUNT_SECONDS:
                self._counted_at = now
                self.waiting_rows = reads.waiting_rows()
        except Exception:
            log.exception("cannot ask for the compaction")
            connection.close()
            self._asked_at = self._counted_at = now + PAUSE_SECONDS


def _wake(waiting: Sequence[asyncio.Future[None]], error: BaseException | None) -> None:
    for stored in waiting:
        if stored.done():  # whoever waited has left
            continue
        if error is None:
            stored.set_result(None)
        else:
            stored.set_exception(error)
