"""A server that is killed under load has lost nothing of what it acknowledged, and doubled nothing.

`BANSO_TEST_KILLS=100` kills a hundred times instead of five.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from banso.listen.events.tests.served import Served, events_of

KILLS = int(os.environ.get("BANSO_TEST_KILLS", "5"))
SENDERS = 3
# numbers of a sender; it sends its batches in order, in sizes that change
SHARE = 10_000_000


class Sender(threading.Thread):
    """Sends batches without end, each again until it is acknowledged."""

    def __init__(self, served: Served, token: str, number: int) -> None:
        super().__init__(daemon=True)
        self.served, self.token = served, token
        self.next = number * SHARE
        self.sizes = random.Random(number)  # noqa: S311 - a test
        self.acknowledged: list[tuple[int, int]] = []
        self.wrong: list[int] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            rows = self.sizes.choice((1, 1, 50, 400))
            while not self._is_acknowledged(rows):
                if self.stopped.wait(0.02):
                    return
            self.acknowledged.append((self.next, rows))
            self.next += rows

    def _is_acknowledged(self, rows: int) -> bool:
        try:
            answer = self.served.send(self.token, events_of(self.next, rows))
        except (OSError, ValueError):  # killed, or killed within its answer
            return False
        if answer.status != 202:
            self.wrong.append(answer.status)
        return answer.status == 202


@pytest.fixture
def served(tmp_path: Path, transactional_db: None) -> Iterator[Served]:
    served = Served(tmp_path / "home")
    yield served
    served.stop()


def test_a_server_killed_under_load_keeps_what_it_acknowledged(served: Served) -> None:
    token = served.said("prepare")
    chance = random.Random(7)  # noqa: S311 - a test
    served.start("web")
    senders = [Sender(served, token, number) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        served.start("work")
        time.sleep(chance.uniform(0.05, 0.8))
        served.stop()
        served.start("web")
    for sender in senders:
        sender.stopped.set()
    for sender in senders:
        sender.join(30)
    served.stop()
    batches = [batch for sender in senders for batch in sender.acknowledged]
    kept = [n for first, rows in batches for n in range(first, first + rows)]
    assert len(kept) > KILLS
    assert [sender.wrong for sender in senders] == [[], [], []]
    found = served.stored()
    assert len(found) == len(set(found))
    assert set(kept) <= set(found)
    # what was not acknowledged may be there: at most the batch that each sender still sends
    assert len(found) - len(kept) <= 400 * SENDERS
