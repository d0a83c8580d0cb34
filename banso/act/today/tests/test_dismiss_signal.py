from __future__ import annotations

import pytest
from django.test import Client

from banso.act.today.tests.builders import answered, in_need, page_of
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_it_is_dismissed_with_its_reason(client: Client) -> None:
    me = a_user(language="en")
    signal = in_need(me, name="N-one")
    client.force_login(me)
    card = answered(client, signal, "dismiss", note="代理店が対応中")
    signal.refresh_from_db()
    assert (signal.closed_reason, signal.closed_note, signal.closed_by) == (
        "dismissed",
        "代理店が対応中",
        me,
    )
    assert "is dismissed" in card
    assert "N-one" not in page_of(client)


def test_a_reason_is_needed(client: Client) -> None:
    me = a_user(language="en")
    signal = in_need(me)
    client.force_login(me)
    card = answered(client, signal, "dismiss", note="")
    signal.refresh_from_db()
    assert signal.closed_at is None
    assert "Write in a few words why it needs no answer." in card


def test_another_teams_customer_is_refused(client: Client) -> None:
    signal = in_need(a_user())
    client.force_login(a_user())
    assert client.post(f"/today/signals/{signal.pk}/dismiss/", {"note": "x"}).status_code == 403
    assert client.post("/today/signals/999999/dismiss/", {"note": "x"}).status_code == 404
