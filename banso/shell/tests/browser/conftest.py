"""A Banso as its users have it: `banso demo` in a folder of its own, `banso serve`, a browser.

One small sample company serves all tests of a run, so a test that changes something changes things
of its own making.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from banso.listen.invitations.tests.mail_server import MailServer, listening
from banso.shell.sample.company import PASSWORD

ROOT = Path(__file__).resolve().parents[4]
PICTURES = ROOT / "test-results"
CUSTOMERS = 60
START_SECONDS = 120
FILL_SECONDS = 240
BANSO = [sys.executable, "-m", "banso"]
LOCALES = {"ja": "ja-JP", "en": "en-US"}
# htmx says so when a page is left while a part of it was being fetched
HARMLESS = ("htmx:sendAbort", "htmx:afterRequest")


@dataclass(frozen=True)
class Served:
    url: str
    home: Path


def _environment(home: Path, **more: str) -> dict[str, str]:
    left_out = {"DATABASE_URL", "BANSO_HTTPS", "PYTEST_CURRENT_TEST"}
    kept = {name: value for name, value in os.environ.items() if name not in left_out}
    return {**kept, "BANSO_HOME": str(home), "BANSO_LOG_LEVEL": "WARNING", **more}


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"banso serve ended with {server.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{url} did not answer within {START_SECONDS} s")


def _sample(folder: Path) -> Path:
    """The sample company, filled in by the first worker that comes; the others wait for it."""
    made, begun = folder / "sample-ready", folder / "sample"
    try:
        begun.mkdir()
    except FileExistsError:
        deadline = time.monotonic() + FILL_SECONDS
        while not made.exists():
            assert time.monotonic() < deadline, "another worker did not fill in the sample"
            time.sleep(0.5)
        return made
    demo = [*BANSO, "demo", "--no-serve", "--customers", str(CUSTOMERS)]
    filled = subprocess.run(demo, env=_environment(begun), cwd=ROOT, capture_output=True, text=True)
    assert filled.returncode == 0, filled.stdout + filled.stderr
    begun.rename(made)
    return made


@pytest.fixture(scope="session")
def mailbox() -> Iterator[MailServer]:
    """Where the mails of the served Banso arrive."""
    with listening() as mails:
        yield mails


@pytest.fixture(scope="session")
def served(
    chromium: Browser,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
    mailbox: MailServer,
) -> Iterator[Served]:
    """A running Banso with a sample of its own; asks for Chromium first, to skip early."""
    base = tmp_path_factory.getbasetemp()
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(_sample(base if worker_id == "master" else base.parent), home)
    url = f"http://127.0.0.1:{_free_port()}"
    serve = [*BANSO, "serve", "--port", url.rpartition(":")[2]]
    with (home / "served.log").open("wb") as log:
        told = _environment(home, BANSO_EMAIL_URL=f"smtp://127.0.0.1:{mailbox.port}")
        server = subprocess.Popen(serve, env=told, cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait_for(f"{url}/ready/", server)
            yield Served(url, home)
        finally:
            server.terminate()
            server.wait(60)


@dataclass
class Visitor:
    """Opens pages as somebody, in a language and a width, and remembers what the console said."""

    browser: Browser
    url: str
    faults: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=lambda: list(HARMLESS))
    contexts: list[BrowserContext] = field(default_factory=list)
    sessions: dict[tuple[str, str], Any] = field(default_factory=dict)

    def __call__(
        self, path: str = "/", *, email: str = "", language: str = "ja", width: int = 1440
    ) -> Page:
        context = self.browser.new_context(
            base_url=self.url,
            locale=LOCALES[language],
            timezone_id="Asia/Tokyo",
            viewport={"width": width, "height": 900},
            storage_state=self._session(email, language) if email else None,
        )
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", self._note)
        page.goto(path)
        return page

    def _note(self, said: ConsoleMessage) -> None:
        text = f"{said.location.get('url', '')}: {said.text}"
        if said.type == "error" and not any(part in text for part in self.allowed):
            self.faults.append(text)

    def _session(self, email: str, language: str) -> Any:
        if (email, language) not in self.sessions:
            context = self.browser.new_context(base_url=self.url, locale=LOCALES[language])
            page = context.new_page()
            page.goto("/sign-in/login/")
            page.locator("input[name=login]").fill(email)
            page.locator("input[name=password]").fill(PASSWORD)
            page.locator("input[name=password]").press("Enter")
            page.wait_for_url(lambda url: "login" not in url)
            self.sessions[email, language] = context.storage_state()
            context.close()
        return self.sessions[email, language]


_sessions: dict[tuple[str, str], Any] = {}


@pytest.fixture
def visit(request: pytest.FixtureRequest, chromium: Browser, served: Served) -> Iterator[Visitor]:
    """`visit(path, email=…, language="ja", width=1440)`; fails when the console shows an error."""
    visitor = Visitor(chromium, served.url, sessions=_sessions)
    yield visitor
    for number, context in enumerate(visitor.contexts):
        for page in context.pages:
            if visitor.faults or getattr(request.node, "failed_in_call", False):
                PICTURES.mkdir(exist_ok=True)
                page.screenshot(path=PICTURES / f"{request.node.name}-{number}.png", full_page=True)
        context.close()
    assert not visitor.faults, "the browser's console shows errors:\n" + "\n".join(visitor.faults)


@pytest.fixture
def stands(
    serious_faults: Callable[[Page], list[str]], overflow: Callable[[Page], int]
) -> Callable[[Page], None]:
    """A page holds: axe finds nothing serious, and at 390 px nothing runs over the edge."""

    def look(page: Page) -> None:
        assert serious_faults(page) == []
        page.set_viewport_size({"width": 390, "height": 844})
        page.wait_for_timeout(150)
        assert overflow(page) == 0, f"{page.url} is {overflow(page)} px too wide at 390 px"
        assert serious_faults(page) == []
        page.set_viewport_size({"width": 1440, "height": 900})

    return look
