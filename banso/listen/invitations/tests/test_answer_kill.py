"""A server that is killed while people answer has every answer it acknowledged, once.

`BANSO_TEST_KILLS=100` kills a hundred times instead of three.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from banso.listen.events.tests.served import Served
from banso.listen.surveys.tests.builders import PLEASED

KILLS = int(os.environ.get("BANSO_TEST_KILLS", "3"))
SENDERS = 4
SCRIPT = "banso.listen.invitations.tests.serving"


class ServedSurvey(Served):
    def said(self, verb: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", SCRIPT, verb],
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


class Person(threading.Thread):
    """Answers one survey after the other, each again until it is acknowledged."""

    def __init__(
        self, served: Served, texts: Iterator[int], tokens: list[str], public: str
    ) -> None:
        super().__init__(daemon=True)
        self.served, self.texts, self.tokens, self.public = served, texts, tokens, public
        self.acknowledged: list[str] = []
        self.wrong: list[int] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            number = next(self.texts)
            text = f"{number}"
            if number % 5:
                path, resume = f"/s/{self.tokens[number]}/save/", ""
            else:
                path, resume = f"/s/{self.public}/save/", self.secret()
            body = {"answers": PLEASED | {"comment": text}, "last": True, "resume": resume}
            while not self.is_acknowledged(path, body):
                if self.stopped.wait(0.02):
                    return
            self.acknowledged.append(text)

    def secret(self) -> str:
        """As the page of the public link gives it."""
        while not self.stopped.is_set():
            try:
                page = self.served.ask("GET", f"/s/{self.public}/").body.decode()
                return page.split('name="resume" value="')[1].split('"')[0]
            except (OSError, ValueError, IndexError):
                time.sleep(0.02)
        return ""

    def is_acknowledged(self, path: str, body: dict[str, object]) -> bool:
        try:
            sent = json.dumps(body).encode()
            answer = self.served.ask("POST", path, sent, Content_Type="application/json")
        except (OSError, ValueError):  # killed, or killed within its answer
            return False
        if answer.status not in (200, 429):
            self.wrong.append(answer.status)
        return answer.status == 200


@pytest.fixture
def served(tmp_path: Path, transactional_db: None) -> Iterator[ServedSurvey]:
    served = ServedSurvey(tmp_path / "home")
    yield served
    served.stop()


def test_a_server_killed_while_people_answer_keeps_what_it_acknowledged(
    served: ServedSurvey,
) -> None:
    tokens, public = json.loads(served.said("prepare"))
    chance = random.Random(7)  # noqa: S311 - a test
    served.start("web")
    numbers = count()
    people = [Person(served, numbers, tokens, public) for _ in range(SENDERS)]
    for person in people:
        person.start()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.3, 1.2))
        served.stop()
        served.start("web")
    time.sleep(0.5)
    for person in people:
        person.stopped.set()
    for person in people:
        person.join(30)
    served.stop()
    kept = [text for person in people for text in person.acknowledged]
    assert len(kept) > 5 * KILLS
    assert [person.wrong for person in people] == [[] for _ in people]
    found = json.loads(served.said("report"))
    texts = found["texts"]
    assert len(texts) == len(set(texts)), "an answer that was sent again is no second one"
    assert set(kept) <= set(texts)
    # what was not acknowledged may be there: at most the one that each person still sends
    assert len(texts) - len(kept) <= SENDERS
    # an answer, its journal entry and the tie of its invitation are one transaction
    assert found["entries"] >= len(texts)
    assert found["tied"] == sum(1 for text in texts if int(text) % 5)
