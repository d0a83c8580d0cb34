"""The quick way in, on a whole server: what it answers, when it stops, and who takes the rest."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from banso.listen.events.tests.served import EPOCH, Served, events_of


@pytest.fixture
def served(tmp_path: Path, transactional_db: None) -> Iterator[Served]:
    served = Served(tmp_path / "home")
    yield served
    served.stop()


def test_a_sound_request_is_answered_as_the_views_answer(served: Served) -> None:
    token = served.said("prepare")
    served.start("ingest")
    quick = served.send(token, events_of(0, 3), X_Request_ID="my-request")
    assert (quick.status, quick.json()) == (202, {"accepted": 3, "duplicate": 0, "refused": []})
    careful = served.send(token, [*events_of(3, 2), events_of(3, 1)[0]], X_Request_ID="my-request")
    assert (careful.status, careful.json()["duplicate"]) == (202, 1)
    assert quick.headers["X-Request-ID"] == careful.headers["X-Request-ID"] == "my-request"
    for name in ("Content-Type", "Cache-Control", "RateLimit-Limit", "X-Content-Type-Options"):
        assert quick.headers[name] == careful.headers[name]
    assert int(quick.headers["RateLimit-Remaining"]) > 0

    packed = gzip.compress(json.dumps(events_of(10, 2)).encode())
    assert served.send(token, packed, Content_Encoding="gzip").json()["accepted"] == 2
    lines = "\n".join(map(json.dumps, events_of(20, 2))).encode()
    assert served.send(token, lines, Content_Type="application/x-ndjson").status == 202

    unnamed = [{"account": "A", "name": "x", "time": EPOCH + 30}] * 2
    answers = [served.send(token, unnamed, Idempotency_Key="b-1") for _ in range(2)]
    assert [a.json()["accepted"] for a in answers] == [2, 0]
    assert answers[1].json()["duplicate"] == 2
    assert served.send(token, events_of(99, 1), Idempotency_Key="b-1").status == 422

    call = {"type": "track", "event": "x", "messageId": "m", "timestamp": EPOCH + 35}
    calls = json.dumps({"batch": [call | {"context": {"groupId": "A"}}]}).encode()
    sent = {"Authorization": f"Bearer {token}", "Content_Type": "text/plain"}
    answer = served.ask("POST", "/v1/batch", calls, **sent)
    assert (answer.status, answer.json()) == (200, {"success": True})
    assert served.ask("POST", "/v1/track", b"{}", **sent).status == 422

    faulty = served.send(token, [*events_of(40, 1), {"account": "A"}])
    assert (faulty.status, faulty.json()["accepted"]) == (202, 1)
    assert faulty.json()["refused"][0]["index"] == 1
    assert served.send(token, b"a,b", Content_Type="text/csv").status == 415
    assert served.send("bns_nobody", events_of(0, 1)).status == 401
    assert served.ask("GET", "/customers/").status == 404
    served.stop()
    assert served.stored() == [0, 1, 2, 3, 4, 10, 11, 20, 21, 30, 30, 35, 40]


def test_a_revoked_key_stops_within_a_second(served: Served) -> None:
    token = served.said("prepare")
    served.start("web")
    assert served.send(token, events_of(0, 1)).status == 202
    served.said("revoke")
    revoked_at = time.monotonic()
    while served.send(token, events_of(1, 1)).status == 202:
        assert time.monotonic() - revoked_at < 1.5
        time.sleep(0.05)
    assert served.send(token, events_of(2, 1)).status == 401


def test_pressure_is_answered_with_when_to_come_again(served: Served) -> None:
    served.settings = {"BANSO_API_EVENTS_PER_SECOND": "1", "BANSO_INBOX_MOST_EVENTS": "5"}
    token = served.said("prepare")
    served.start("web")
    assert served.send(token, events_of(0, 8)).status == 202
    behind = served.send(token, events_of(10, 1))
    assert (behind.status, behind.headers["Retry-After"]) == (429, "30")
    assert "wait to be worked on" in behind.json()["detail"]
    assert served.send(token, events_of(20, 1)).status == 429
    fast = served.send(token, events_of(30, 1))
    assert (fast.status, fast.headers["RateLimit-Remaining"]) == (429, "0")
    assert int(fast.headers["Retry-After"]) <= 2
    served.stop()
    assert served.stored() == list(range(8))


def test_the_worker_is_asked_for_what_waits(served: Served) -> None:
    token = served.said("prepare")
    served.start("web")
    served.start("work")
    for number in range(5):
        assert served.send(token, events_of(number, 1)).status == 202
    deadline = time.monotonic() + 20
    while served.said("stored") != "5":
        assert time.monotonic() < deadline
        time.sleep(0.1)
