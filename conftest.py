"""What every test may ask for: data folders of its own, and a Chromium for browser tests.

Browser tests carry `@pytest.mark.browser` and ask for `open_page`:

    def test_…(open_page, serious_faults, overflow, live_server):
        page = open_page(user, locale="ja-JP", width=390)
        page.goto(live_server.url + reverse("accounts:account_list"))
        assert serious_faults(page) == [] and overflow(page) == 0

At the end of the test each opened page must have left no console error, or the test fails.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tools.machine import find_chromium, in_ci

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from pytest_django import DjangoDbBlocker, Settings
    from pytest_django.live_server_helper import LiveServer

    from banso.shared.lake.engines.protocol import Engine

ROOT = Path(__file__).resolve().parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "test-results"
FAST_SQLITE = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
# a favicon that a page does not name is no fault of the page
HARMLESS = ("favicon.ico",)


OF_DATABASE = {"db", "transactional_db", "django_db_setup", "live_server", "client", "admin_client"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="leave out the tests that no other database could answer otherwise",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A second database is asked what touches a database, not what is plain arithmetic again."""
    if not config.getoption("--database-only"):
        return
    asks = [
        item
        for item in items
        if item.get_closest_marker("django_db")
        or OF_DATABASE & set(getattr(item, "fixturenames", ()))
    ]
    kept = set(map(id, asks))
    config.hook.pytest_deselected(items=[item for item in items if id(item) not in kept])
    items[:] = asks


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A request of one test leaves its language and zone active in the thread: not for the next."""
    from django.utils import timezone, translation

    yield
    translation.deactivate()
    timezone.deactivate()


@pytest.fixture(autouse=True)
def own_folders(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or writes the data of the Banso that is run in this checkout."""
    folder = tmp_path_factory.getbasetemp() / f"home-{os.urandom(6).hex()}"
    settings.MEDIA_ROOT = folder / "uploads"
    settings.LAKE_ROOT = folder / "lake"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A live server answers from several threads: on SQLite that needs a file, not memory."""
    from django.conf import settings

    default = settings.DATABASES["default"]
    browsing = any(item.get_closest_marker("browser") for item in request.session.items)
    if "sqlite" in default["ENGINE"] and browsing:
        default.setdefault("TEST", {})["NAME"] = (
            tmp_path_factory.mktemp("database") / "test.sqlite3"
        )
        default["OPTIONS"] = {**default.get("OPTIONS", {}), "init_command": FAST_SQLITE}
    elif os.environ.get("PYTEST_XDIST_WORKER") and "sqlite" not in default["ENGINE"]:
        worker = os.environ["PYTEST_XDIST_WORKER"]
        default.setdefault("TEST", {})["NAME"] = f"test_banso_{worker}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A thread or a process that a test killed may still hold a session of the database, which
    PostgreSQL then would not drop.
    """
    yield
    from django.db import connection

    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session")
def spark_address() -> str:
    """Where the Spark of `other_engines` serves Spark Connect."""
    from banso.shared.lake.tests.other_engines import free_address

    return free_address()


@pytest.fixture(scope="session")
def other_engines(
    tmp_path_factory: pytest.TempPathFactory, spark_address: str
) -> Iterator[dict[str, Engine]]:
    """Spark, Spark Connect and ClickHouse by name; skips where they are not installed."""
    from banso.shared.lake.tests.other_engines import opened

    with opened(tmp_path_factory.mktemp("engines"), spark_address) as engines:
        yield engines


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        reason = "no Chromium: apt-get install chromium fonts-noto-cjk, or set BANSO_CHROMIUM"
        if in_ci():
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread; Django would refuse the database there
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture
def open_page(
    request: pytest.FixtureRequest, chromium: Browser, live_server: LiveServer
) -> Iterator[Callable[..., Page]]:
    """`open_page(user, locale="ja-JP", width=1440)`: a page, signed in when a user is given."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_one(
        user: Any = None, *, locale: str = "en-US", width: int = 1440, height: int = 900
    ) -> Page:
        context = chromium.new_context(
            locale=locale, viewport={"width": width, "height": height}, timezone_id="Asia/Tokyo"
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies([session_cookie(user, live_server.url)])
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        page.on("console", lambda said: note_console(said, faults))
        return page

    yield open_one
    for number, context in enumerate(contexts):
        for page in context.pages:
            if faults or failed(request):
                PICTURES.mkdir(exist_ok=True)
                page.screenshot(path=PICTURES / f"{request.node.name}-{number}.png")
        context.close()
    assert not faults, "the browser's console shows errors:\n" + "\n".join(faults)


def failed(request: pytest.FixtureRequest) -> bool:
    return bool(getattr(request.node, "failed_in_call", False))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        item.failed_in_call = True  # type: ignore[attr-defined]  # read by open_page
    return report


def note_console(said: Any, faults: list[str]) -> None:
    where = said.location.get("url", "")
    if said.type == "error" and not any(name in where for name in HARMLESS):
        faults.append(f"{where}: {said.text}")


def session_cookie(user: Any, url: str) -> Any:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture
def serious_faults() -> Callable[[Page], list[str]]:
    """What axe finds serious or critical on a page, as sentences with the place."""
    if not AXE.exists():
        pytest.fail("axe-core is not there: run `python tools/assets.py`")
    script = AXE.read_text(encoding="utf-8")

    def look(page: Page) -> list[str]:
        page.evaluate(script)
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{fault['id']}: {fault['help']}: {fault['nodes'][0]['html'][:160]}"
            for fault in found["violations"]
            if fault["impact"] in ("serious", "critical")
        ]

    return look


@pytest.fixture
def overflow() -> Callable[[Page], int]:
    """By how many pixels a page is wider than its window (0 is what we want)."""

    def measure(page: Page) -> int:
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return max(0, int(page.evaluate(wide)))

    return measure
