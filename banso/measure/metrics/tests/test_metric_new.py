from __future__ import annotations

import pytest
from django.test import Client

from banso.listen.events.models import RoleName
from banso.listen.events.tests.builders import an_event_name
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.tests.builders import a_metric
from banso.shared.journal.models import Job
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
AMOUNT = [{"key": "amount", "numeric": True, "example": "3"}]


@pytest.fixture
def analyst(client: Client) -> Client:
    an_event_name("login", label_en="Sign-in", count=50)
    an_event_name("export", properties=AMOUNT)
    for role in ("admin", "member"):
        RoleName.objects.create(name=role, count=3)
    client.force_login(a_user(role="analyst", language="en"))
    return client


def sent(analyst: Client, shape: str, **chosen: object) -> str:
    """The page after sending a form; empty when it was accepted."""
    answer = analyst.post(f"/metrics/new/?shape={shape}", {"unit": "times", "better": ""} | chosen)
    return "" if answer.status_code == 302 else answer.content.decode()


def test_every_shape_is_a_card_that_leads_to_its_form(analyst: Client) -> None:
    a_metric()
    text = analyst.get("/metrics/new/").content.decode()
    for key, shape in shapes().items():
        assert f"?shape={key}" in text
        form = analyst.get(f"/metrics/new/?shape={key}").content.decode()
        for parameter in shape.parameters:
            assert f'name="{parameter.key}"' in form


def test_a_metric_is_defined_without_code(analyst: Client) -> None:
    assert "Sign-in (login)" in analyst.get("/metrics/new/?shape=recent_users").content.decode()
    assert sent(analyst, "recent_users", event="login", days="14", unit="users") == ""
    made = MetricDefinition.objects.get()
    assert (made.shape, made.params) == ("recent_users", {"event": "login", "days": 14})
    assert made.name_en == "Users of Sign-in (14 days)"
    assert Job.objects.filter(name="metrics.refresh").exists()


def test_what_cannot_be_measured_is_explained(analyst: Client) -> None:
    assert "Choose two different roles." in sent(
        analyst, "role_ratio", role="admin", other_role="admin", days="28"
    )
    text = sent(analyst, "property_sum", event="login", property="amount", days="28")
    assert "Events that do: export" in text
    assert "event" in sent(analyst, "recent_users", event="", days="28")
    assert sent(analyst, "recent_count", event="login", days="0")
    assert sent(analyst, "recent_count", event="never came", days="28")
    assert MetricDefinition.objects.count() == 0


def test_a_ratio_takes_two_metrics(analyst: Client) -> None:
    a_metric("a")
    a_metric("b")
    assert "Choose two different metrics." in sent(analyst, "ratio", top="a", bottom="a")
    assert sent(analyst, "ratio", top="a", bottom="b", name_en="A per B", unit="ratio") == ""
    assert MetricDefinition.objects.get(shape="ratio").key.startswith("a_per_b")


def test_without_roles_the_form_says_what_to_do(client: Client) -> None:
    client.force_login(a_user(role="analyst", language="en"))
    text = client.get("/metrics/new/?shape=role_ratio").content.decode()
    assert "import events with a role column" in text


def test_a_csm_may_not(client: Client) -> None:
    client.force_login(a_user(role="csm"))
    assert client.get("/metrics/new/").status_code == 403
