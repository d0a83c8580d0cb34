from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from banso.act.visits.tests.builders import a_visit
from banso.know.accounts.tests.builders import an_account
from banso.measure.health.tests.builders import measured
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_what_was_found_keeps_the_usage_of_that_day_and_the_contact(client: Client) -> None:
    client.force_login(a_user())
    account, today = an_account(), clock.today()
    measured(account, usage_28d=72)
    visit = a_visit(account)
    url = reverse("visits:visit_found", args=[visit.pk])
    client.post(url, {"held_on": today.isoformat(), "found": "画面を印刷して回覧している"})
    visit.refresh_from_db()
    account.refresh_from_db()
    assert (visit.held_on, visit.found) == (today, "画面を印刷して回覧している")
    assert visit.usage["values"]["usage_28d"] == 72
    assert account.last_contact_on == today
    measured(account, usage_28d=5)
    client.post(url, {"held_on": today.isoformat(), "found": "印刷していた"})
    visit.refresh_from_db()
    assert (visit.found, visit.usage["values"]["usage_28d"]) == ("印刷していた", 72)
    kinds = Entry.objects.filter(kind__startswith="visit.").order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        "visit.planned", "visit.held", "visit.changed",
    ]  # fmt: skip


def test_a_visit_of_tomorrow_was_not_held(client: Client) -> None:
    client.force_login(a_user())
    visit = a_visit(an_account())
    tomorrow = clock.today() + timedelta(days=1)
    url = reverse("visits:visit_found", args=[visit.pk])
    answer = client.post(url, {"held_on": tomorrow.isoformat(), "found": "x"})
    assert answer.status_code == 400
    assert "cannot be in the future" in answer.content.decode()
    client.force_login(a_user(role="viewer"))
    assert client.post(url, {}).status_code == 403
