from __future__ import annotations

import html

import pytest
from django.test import Client
from django.urls import reverse

from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.tests.builders import a_metric
from banso.prove.studies.jobs import run_evidence
from banso.prove.studies.models import Finding, MetricPlace
from banso.prove.studies.reads import metric_steps, run_is_owed
from banso.prove.studies.tests.builders import TODAY, companies
from banso.prove.studies.writes import set_order
from banso.shared import clock
from banso.shared.journal.models import Entry
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "studies:metric_order"


def test_an_order_is_kept_noted_and_compared_anew(client: Client) -> None:
    a_metric("logins")
    a_metric("reports")
    analyst = a_user(role="analyst", language="en")
    client.force_login(analyst)
    empty = client.get(reverse(URL)).content.decode()
    assert "every metric is held against every other" in empty
    client.post(reverse(URL), {"logins": "1", "reports": "3"})
    assert metric_steps() == {"logins": 1, "reports": 3}
    assert run_is_owed()
    entry = Entry.objects.get(kind="evidence.order")
    assert entry.by == analyst
    assert entry.payload == {"before": {}, "after": {"logins": 1, "reports": 3}}
    text = html.unescape(client.get(reverse(URL)).content.decode())
    assert "2 metrics have a place in the order" in text
    client.post(reverse(URL), {"logins": "1", "reports": "3"})
    assert Entry.objects.filter(kind="evidence.order").count() == 1, "nothing was changed"
    client.post(reverse(URL), {"logins": "0", "reports": "3"})
    assert metric_steps() == {"reports": 3}


@pytest.mark.parametrize("given", [{"logins": "9"}, {"logins": "x"}, {}])
def test_what_is_no_step_changes_nothing(client: Client, given: dict[str, str]) -> None:
    set_order(steps={a_metric("logins").key: 2}, by=a_user(role="admin"))
    client.force_login(a_user(role="analyst", language="en"))
    assert client.post(reverse(URL), given).status_code == 200
    assert metric_steps() == {"logins": 2}


def test_readers_see_the_order_and_do_not_change_it(client: Client) -> None:
    a_metric("logins")
    client.force_login(a_user(role="viewer", language="ja"))
    assert "どの指標がどの指標より先" in client.get(reverse(URL)).content.decode()
    assert client.post(reverse(URL), {"logins": "1"}).status_code == 403
    assert not MetricPlace.objects.exists()


@pytest.mark.usefixtures("planted")
def test_what_follows_from_a_metric_is_not_held(client: Client) -> None:
    companies(700)
    for key in ("real", "noise_1", "noise_2"):
        a_metric(key)
    with clock.held_at(TODAY):
        run_evidence()
        first = Finding.objects.get(key="metric.real")
        held = [pair[0] for pair in first.page.numbers["partial"]["held"]]
        set_order(steps={"real": 1, "noise_1": 2}, by=a_user(role="admin"))
        run_evidence()
    again = Finding.objects.filter(key="metric.real").latest("run")
    assert again.run_id != first.run_id, "another order is another comparison"
    partial = again.page.numbers["partial"]
    assert partial["later"] == [["noise_1 in English", "noise_1の日本語"]]
    now = [pair[0] for pair in partial["held"]]
    assert set(held) - set(now) == {"noise_1 in English"}
    assert partial["with_later"]["answer"] is not None
    client.force_login(a_user(role="viewer", language="en"))
    text = html.unescape(
        client.get(reverse("studies:metric_evidence", args=["real"])).content.decode()
    )
    assert "Follow from it, and are not held:" in text
    assert "With them held as well the odds ratio is" in text
    assert MetricDefinition.objects.count() == 3
