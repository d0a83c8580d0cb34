from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from banso.act.today.tests.builders import answered, in_need
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("data", "day"),
    [
        ({"choice": "week"}, date(2026, 6, 22)),
        ({"choice": "month"}, date(2026, 7, 15)),
        ({"choice": "date", "until": "2026-06-30"}, date(2026, 6, 30)),
    ],
)
def test_it_is_put_off_and_the_card_says_until_when(
    client: Client, data: dict[str, object], day: date
) -> None:
    me = a_user(language="en")
    signal = in_need(me)
    client.force_login(me)
    card = answered(client, signal, "snooze", **data)
    signal.refresh_from_db()
    assert signal.snoozed_until == day
    assert f"is put off until {day:%Y-%m-%d}." in card
    assert "Nothing else needs you here today." in card
    assert Entry.objects.get(kind="signal.snoozed").by == me


@pytest.mark.parametrize(
    "data", [{"choice": "date", "until": "2026-06-15"}, {"choice": "date"}, {}]
)
def test_a_day_that_is_not_ahead_is_refused(client: Client, data: dict[str, object]) -> None:
    me = a_user(language="en")
    signal = in_need(me)
    client.force_login(me)
    card = answered(client, signal, "snooze", **data)
    signal.refresh_from_db()
    assert signal.snoozed_until is None
    assert "No contact for 61 days" in card


def test_another_teams_customer_is_refused(client: Client) -> None:
    signal = in_need(a_user())
    client.force_login(a_user())
    assert client.post(f"/today/signals/{signal.pk}/snooze/", {"choice": "week"}).status_code == 403
