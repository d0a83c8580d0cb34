from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from banso.listen.events.models import ArrivalWarning, EventName, Feature
from banso.listen.events.rhythm.writes import Came, count_arrivals, watch_sources
from banso.listen.events.tests.builders import (
    a_property,
    a_refused_event,
    an_event_name,
    an_unknown_account,
)
from banso.listen.events.tests.test_watching import a_source
from banso.shared import clock
from banso.shared.users.tests.builders import a_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OpenPage = Callable[..., Page]


def filled() -> list[str]:
    """Pages with something on each; their addresses."""
    source = a_source("2025-04-09 11:00")
    moments = {"since": source.last_at, "raised_at": source.last_at}
    found: dict[str, Any] = {"expected": 40, "low": 40, "high": 40, "found": 0, "basis": 8}
    ArrivalWarning.objects.create(source=source, kind="silent", **found, **moments)
    feature = Feature.objects.create(key="reports", name_en="Reports")
    properties = [a_property("pages"), a_property("mail", personal=True, example="")]
    event = an_event_name("report_shared", feature=feature, properties=properties)
    refused = a_refused_event(source=source)
    an_unknown_account()
    watch_sources()
    pages = ["", "names/", f"{event.pk}/", f"sources/{source.pk}/", "features/", "properties/"]
    pages += ["unknown/", "refused/", f"refused/{refused.pk}/", f"features/{feature.pk}/"]
    return [f"/events/{page}" for page in pages]


@pytest.mark.parametrize(("locale", "width"), [("ja-JP", 390), ("en-US", 1440)])
def test_the_pages_of_events_stand(
    open_page: OpenPage,
    live_server: LiveServer,
    serious_faults: Callable[[Page], list[str]],
    overflow: Callable[[Page], int],
    locale: str,
    width: int,
) -> None:
    addresses = filled()
    page = open_page(a_user(role="administrator"), locale=locale, width=width)
    for address in addresses:
        page.goto(f"{live_server.url}{address}")
        expect(page.locator("h1").first).to_be_visible()
        assert serious_faults(page) == [], address
        assert overflow(page) == 0, address


def test_what_comes_is_seen_without_reloading(open_page: OpenPage, live_server: LiveServer) -> None:
    count_arrivals(came=[Came("product", clock.now(), accepted=5)])
    page = open_page(a_user(role="csm", language="en"))
    page.goto(f"{live_server.url}/events/")
    expect(page.locator("#live")).to_contain_text("5 events in the last 10 minutes")
    count_arrivals(came=[Came("product", clock.now(), accepted=2)])
    expect(page.locator("#live")).to_contain_text("7 events", timeout=10_000)


def test_all_on_the_page_are_ticked_and_put_into_a_feature(
    open_page: OpenPage, live_server: LiveServer
) -> None:
    Feature.objects.create(key="reports", name_en="Reports")
    for name in ("export", "share"):
        an_event_name(name)
    page = open_page(a_user(role="analyst", language="en"))
    page.goto(f"{live_server.url}/events/names/")
    page.get_by_label("Tick all on this page").check()
    page.locator("select[name=to]").select_option("reports")
    page.get_by_role("button", name="Put into this feature").click()
    expect(page.get_by_text("2 events changed")).to_be_visible()
    assert EventName.objects.filter(feature__key="reports").count() == 2
