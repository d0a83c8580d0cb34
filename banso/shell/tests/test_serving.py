"""What `banso web` must do besides: files, uploads, streams, callers that leave."""

from __future__ import annotations

import gzip
import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from banso.listen.events.tests.served import Served, events_of

SCRIPT = "static/vendor/echarts.min.js"


@pytest.fixture
def served(tmp_path: Path, transactional_db: None) -> Iterator[Served]:
    served = Served(tmp_path / "home")
    yield served
    served.stop()


def broken_off(served: Served, head: str, body: bytes = b"", read: int = 0) -> None:
    """Begin a request, take some of the answer, and leave."""
    with socket.create_connection(("127.0.0.1", served.port), 10) as caller:
        caller.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        if read:
            caller.recv(read)


def test_pages_files_and_uploads_are_served(served: Served) -> None:
    token = served.said("prepare")
    served.start("web")
    page = served.ask("GET", "/sign-in/login/?next=/caf%C3%A9/%2f")
    assert (page.status, b"/caf" in page.body) == (200, True)
    assert page.headers["Content-Security-Policy"] and page.headers["X-Request-ID"]
    assert served.ask("HEAD", "/sign-in/login/").body == b""
    assert served.ask("GET", "/customers/").headers["Location"].startswith("/sign-in/login/")
    assert served.ask("GET", "/sign-in/login/", Host="evil.example").status == 400
    assert served.ask("POST", "/sign-in/login/", b"a=1").status == 403

    script = Path(settings.PACKAGE) / "shell" / SCRIPT
    whole = served.ask("GET", f"/{SCRIPT}")
    assert (whole.status, whole.body == script.read_bytes()) == (200, True)
    small = served.ask("GET", f"/{SCRIPT}", Accept_Encoding="gzip")
    assert (small.headers["Content-Encoding"], gzip.decompress(small.body)) == ("gzip", whole.body)
    again = served.ask("GET", f"/{SCRIPT}", If_Modified_Since=whole.headers["Last-Modified"])
    assert (again.status, again.body) == (304, b"")

    # larger than what is read before a thread is taken: it flows through
    people = [{"user": f"u{n}", "traits": {"name": "x" * 150}} for n in range(4_900)]
    many = json.dumps(people + [{"user": "last", "account": 1.5}] + [{"user": " " * 150}] * 99)
    body = many.encode() + b" " * 4_000_000
    sent = {"Authorization": f"Bearer {token}", "Content_Type": "application/json"}
    answer = served.ask("POST", "/api/v1/identify", body, **sent)
    assert (answer.status, answer.json()["accepted"]) == (200, 4_900)
    served.stop(signal.SIGTERM)


def test_callers_that_leave_take_nothing_with_them(served: Served) -> None:
    token = served.said("prepare")
    served.start("web")
    head = f"Host: localhost\nAuthorization: Bearer {token}\nContent-Type: application/json"
    for _ in range(12):  # more than there are threads
        broken_off(served, f"GET /{SCRIPT} HTTP/1.1\nHost: localhost", read=1000)
        upload = f"POST /api/v1/identify HTTP/1.1\n{head}\nContent-Length: 9000000"
        broken_off(served, upload, b"[" + b" " * 2_000_000)
        broken_off(served, f"POST /api/v1/events HTTP/1.1\n{head}\nContent-Length: 900", b"[" * 50)
        broken_off(served, "POST / HTTP/1.1\nHost: localhost\nContent-Length: 900", b"a=1")
    assert served.ask("GET", "/sign-in/login/").status == 200
    assert served.send(token, events_of(0, 1)).status == 202
    served.stop(signal.SIGTERM)
    assert served.stored() == [0]
