from __future__ import annotations

from datetime import date, timedelta

from django.test import Client

from banso.act.signals.models import Signal
from banso.act.signals.tests.builders import a_signal
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.tests.builders import TODAY
from banso.shared import clock
from banso.shared.users.models import User

HTMX = {"HX-Request": "true"}


def page_of(client: Client, query: str = "", *, day: date = TODAY) -> str:
    with clock.held_at(day):
        return client.get("/today/" + query).content.decode()


def answered(client: Client, signal: Signal, verb: str, **data: object) -> str:
    """What comes back after a button of a card was pressed."""
    with clock.held_at(TODAY):
        response = client.post(f"/today/signals/{signal.pk}/{verb}/", data, headers=HTMX)
    return response.content.decode()


def in_need(owner: User | None, *, priority: int = 40, name: str = "", days: int = 61) -> Signal:
    """A customer that nobody was in touch with."""
    account = an_account(owner=owner, **({"name": name} if name else {}))
    since = (TODAY - timedelta(days=days)).isoformat()
    return a_signal(account, priority=priority, data={"since": since, "never": False})
