from __future__ import annotations

import pytest
from django.test import Client

from banso.listen.events.models import EventName, Feature, RoleName
from banso.listen.events.reads import features
from banso.listen.events.tests.builders import an_event_name
from banso.measure.metrics.evaluation import given_of
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.shapes import shapes
from banso.measure.metrics.tests.builders import a_metric
from banso.measure.metrics.wording import sentence
from banso.shared.journal.models import Job
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
AMOUNT = [
    {"key": "amount", "numeric": True, "example": "3"},
    {"key": "plan", "numeric": False, "example": "pro"},
]


@pytest.fixture
def analyst(client: Client) -> Client:
    an_event_name("login", label_en="Sign-in", count=50)
    an_event_name("export", properties=AMOUNT)
    for role in ("admin", "member"):
        RoleName.objects.create(name=role, count=3)
    client.force_login(a_user(role="analyst", language="en"))
    return client


def a_row(n: int, prop: str, op: str, value: str = "") -> dict[str, str]:
    return {f"where-{n}-prop": prop, f"where-{n}-op": op, f"where-{n}-value": value}


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


def test_a_filter_of_three_conditions(analyst: Client) -> None:
    rows = a_row(0, "plan", "one_of", " pro、team, pro ,") | a_row(
        1, "amount", "at_least", "１，０００.5"
    )
    rows |= a_row(2, "plan", "exists", "anything")
    assert sent(analyst, "recent_users", event="login", days="7", **rows) == ""
    made = MetricDefinition.objects.get()
    assert made.params["where"] == [
        {"prop": "plan", "op": "one_of", "value": ["pro", "team"]},
        {"prop": "amount", "op": "at_least", "value": 1000.5},
        {"prop": "plan", "op": "exists"},
    ]
    assert made.name_en.startswith("Users of Sign-in where plan is one of pro, team and amount is")
    assert made.name_ja.startswith("「login」（「plan」が「pro」、「team」のいずれかである、かつ")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (a_row(0, "plan", "is", " "), "Say what it is compared with."),
        (a_row(0, "amount", "at_least", "many"), "Give a number"),
        (a_row(0, "amount", "at_most", "1e99"), "Give a number"),
        (a_row(0, "amount", "at_most", "nan"), "Give a number"),
        (a_row(0, "plan", "one_of", " , "), "Give up to 20 values"),
        (a_row(0, "plan", "one_of", ",".join("abcdefghijklmnopqrstuvw")), "Give up to 20 values"),
        (a_row(0, "plan", "at_least", "5"), "Select a valid choice"),
        (a_row(0, "plan", "regex", "x"), "Select a valid choice"),
        (a_row(0, "never came", "is", "x"), "Select a valid choice"),
        (a_row(0, "plan", "is", "x" * 201), "at most 200 characters"),
    ],
)
def test_a_condition_that_makes_no_sense_is_named(
    analyst: Client, row: dict[str, str], message: str
) -> None:
    assert message in sent(analyst, "recent_count", event="login", days="7", **row)
    assert not MetricDefinition.objects.exists()


def test_an_empty_row_and_a_fourth_one_are_no_conditions(analyst: Client) -> None:
    rows = a_row(0, "", "is") | a_row(3, "plan", "is", "pro")
    assert sent(analyst, "recent_count", event="login", days="7", **rows) == ""
    assert "where" not in MetricDefinition.objects.get().params


def test_the_unit_follows_the_choices_unless_one_is_chosen(analyst: Client) -> None:
    assert sent(analyst, "streak", event="login", period="workday", unit="") == ""
    assert sent(analyst, "streak", event="login", period="week", unit="") == ""
    assert sent(analyst, "streak", event="login", period="week", unit="times") == ""
    made = MetricDefinition.objects.order_by("pk")
    assert [d.unit for d in made] == ["days", "weeks", "times"]
    assert made[0].name_en == "Working days in a row with Sign-in"


def test_new_shapes_say_what_they_need(analyst: Client) -> None:
    steps = {"within": "14", "days": "90"}
    text = sent(analyst, "funnel", step1="login", step2="login", **steps)
    assert "Choose another event than in the step before." in text
    text = sent(analyst, "funnel", step1="login", step2="export", step4="export", **steps)
    assert "Choose another event than in the step before." in text
    assert "Choose two different events." in sent(
        analyst, "days_to_first_after", after="login", event="login"
    )
    breadth = {"days": "28", "way": "evenness"}
    assert "Choose two or more" in sent(analyst, "feature_entropy", parts=["login"], **breadth)
    assert "Choose two or more" in sent(analyst, "feature_entropy", **breadth)
    past = {"event": "login", "days": "28", "way": "change"}
    assert sent(analyst, "own_past", windows="3", **past)
    assert sent(analyst, "own_past", windows="9" * 30, **past)
    assert sent(analyst, "streak", event="login", period="century")
    assert not MetricDefinition.objects.exists()
    assert sent(analyst, "feature_entropy", parts=["login", "export"], **breadth) == ""
    assert sent(analyst, "funnel", step1="login", step2="export", step3="@core", **steps) == ""


def test_a_feature_counts_all_of_its_events(analyst: Client) -> None:
    feature = Feature.objects.create(key="reports", name_en="Reports")
    EventName.objects.filter(name="export").update(feature=feature)
    assert "Reports" in analyst.get("/metrics/new/?shape=recent_count").content.decode()
    assert sent(analyst, "recent_count", event="@feature:reports", days="28") == ""
    made = MetricDefinition.objects.get()
    assert sentence(made) == "How often “Reports” happened in the last 28 days."
    assert given_of(made.params, [], features()).names == ("export",)
