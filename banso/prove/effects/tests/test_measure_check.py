from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from banso.prove.effects.models import Assigned, HoldOut, Measure
from banso.prove.effects.tests.builders import TODAY, a_measure, companies, renewing
from banso.shared import clock
from banso.shared.journal.models import Job
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def address(measure: Measure) -> str:
    return reverse("effects:measure_check", args=[measure.pk])


def test_what_was_not_recognised_is_shown_before_anything_is_begun(client: Client) -> None:
    unread = {
        "lines": 4, "counts": {"unknown": 1, "ahead": 1}, "customer_column": "取引先",
        "date_column": "日", "order": "mdy", "order_settled": False,
        "examples": [{"reason": "unknown", "row": 3, "customer": "<b>X</b>", "day": "1/2/2026"}],
    }  # fmt: skip
    measure = a_measure(dict(list(companies(30).items())[:5]), unread=unread)
    client.force_login(a_user(role="analyst"))
    page = client.get(address(measure)).content.decode()
    assert "5 customers were recognised." in page
    assert "&lt;b&gt;X&lt;/b&gt;" in page and "<b>X</b>" not in page
    assert "can be read in two ways" in page
    assert not Job.objects.filter(name="effects.compute").exists()


def test_saying_yes_begins_it_once(client: Client) -> None:
    measure = a_measure({next(iter(companies(10))): date(2026, 1, 1)})
    client.force_login(a_user(role="analyst"))
    answer = client.post(address(measure))
    assert answer["Location"] == reverse("effects:measure_detail", args=[measure.pk])
    measure.refresh_from_db()
    assert measure.state == "running"
    client.post(address(measure))
    assert Job.objects.filter(name="effects.compute").count() == 1


def test_what_a_hold_out_cannot_show_is_said_before_the_draw(client: Client) -> None:
    renewing(120)
    measure = a_measure(origin="holdout", params={"share": 0.2, "segment": ""})
    client.force_login(a_user(role="manager"))
    with clock.held_at(TODAY):
        page = client.get(address(measure)).content.decode()
        assert "points of renewal will not be seen" in page
        assert "You said that 5 points of renewal would matter" in page and "disabled" in page
        client.post(address(measure))
        assert not HoldOut.objects.exists(), "what cannot show it is not drawn"
        measure = a_measure(origin="holdout", params={"share": 0.2, "segment": ""}, meaningful=0.25)
        client.post(address(measure))
    assert Assigned.objects.filter(is_held_out=True).count() == 24
    with clock.held_at(TODAY):
        client.post(address(measure))
    assert Assigned.objects.count() == 120, "drawn once"


def test_too_few_customers_are_not_drawn(client: Client) -> None:
    renewing(20)
    measure = a_measure(origin="holdout", params={"share": 0.2, "segment": ""})
    client.force_login(a_user(role="manager"))
    with clock.held_at(TODAY):
        page = client.get(address(measure)).content.decode()
        client.post(address(measure))
    assert "at least 40 customers" in page
    assert not HoldOut.objects.exists()


def test_a_viewer_begins_nothing(client: Client) -> None:
    measure = a_measure({})
    client.force_login(a_user(role="viewer"))
    assert client.get(address(measure)).status_code == 403
    assert client.post(address(measure)).status_code == 403
