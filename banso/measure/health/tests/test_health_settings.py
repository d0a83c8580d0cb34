from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from banso.know.accounts.tests.builders import an_account
from banso.measure.health.models import HealthModel
from banso.measure.health.rules import CONTACT_DAYS, Measure
from banso.measure.health.tests.builders import TODAY, a_metric, a_model, a_score
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db
URL = "/health-score/"


def signed_in(client: Client, role: str = "manager", **fields: object) -> Client:
    client.force_login(a_user(role=role, **fields))
    return client


def given(**more: object) -> dict[str, object]:
    """The form as the browser sends it, with two measures."""
    return {
        "active_users_28d_weight": 30,
        "active_users_28d_zero": 0,
        "active_users_28d_full": 10,
        f"{CONTACT_DAYS}_weight": 10,
        f"{CONTACT_DAYS}_zero": 120,
        f"{CONTACT_DAYS}_full": 14,
    } | more


def two_measures() -> HealthModel:
    a_metric("active_users_28d", unit="users")
    a_metric("usage_trend_28d", unit="change")
    return a_model(
        [
            Measure("active_users_28d", "usage", 30, 0, 10),
            Measure(CONTACT_DAYS, "contact", 10, 14, 120, "lower"),
        ]
    )


def test_before_the_first_events_measures_have_names_too(client: Client) -> None:
    page = signed_in(client, language="ja").get(URL).content.decode()
    assert "最初の価値に届くまでの日数" in page
    assert 'aria-label="days_to_first_value"' not in page


def test_it_says_how_the_customers_are(client: Client) -> None:
    model = two_measures()
    for score in (80, 50, 20, None):
        a_score(an_account(), model, as_of=TODAY, score=score, parts={})
    page = signed_in(client, language="en").get(URL).content.decode()
    assert "Of 3 customers with a score, 1 go well, 1 need watching and 1 struggle." in page
    assert "1 has no score, because too little is known." in page
    assert "opinion" in page


def test_it_speaks_japanese(client: Client) -> None:
    two_measures()
    page = signed_in(client, language="ja").get(URL).content.decode()
    assert "ヘルススコア" in page
    assert "最後の連絡からの日数" in page


def test_a_manager_changes_weights_and_marks(client: Client) -> None:
    two_measures()
    response = signed_in(client).post(URL, given(active_users_28d_weight=50))
    assert response.status_code == 302
    lines = {m.key: m for m in HealthModel.objects.latest("pk").lines}
    assert lines["active_users_28d"].weight == 50
    assert lines[CONTACT_DAYS].better == "lower"


def test_weight_0_takes_a_measure_out_and_a_new_one_comes_in_percent(client: Client) -> None:
    two_measures()
    more = {"new_key": "usage_trend_28d", "new_group": "usage", "new_weight": 20}
    data = given(**{f"{CONTACT_DAYS}_weight": 0}, **more, new_zero=-50, new_full=10)
    signed_in(client).post(URL, data)
    lines = {m.key: m for m in HealthModel.objects.latest("pk").lines}
    assert set(lines) == {"active_users_28d", "usage_trend_28d"}
    assert (lines["usage_trend_28d"].low, lines["usage_trend_28d"].high) == (-0.5, 0.1)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"active_users_28d_full": 0}, "The two marks must differ."),
        ({"active_users_28d_full": ""}, "Write both marks"),
        ({"active_users_28d_weight": 101}, "less than or equal to 100"),
        ({"active_users_28d_weight": 0, f"{CONTACT_DAYS}_weight": 0}, "At least one measure"),
    ],
)
def test_wrong_numbers_are_refused_with_a_sentence(
    client: Client, wrong: dict[str, object], sentence: str
) -> None:
    two_measures()
    response = signed_in(client, language="en").post(URL, given() | wrong)
    assert sentence in response.content.decode()
    assert HealthModel.objects.count() == 1


@pytest.mark.parametrize("role", ["csm", "viewer"])
def test_others_read_and_cannot_change(client: Client, role: str) -> None:
    two_measures()
    signed_in(client, role)
    assert "<fieldset disabled>" in client.get(URL).content.decode()
    assert client.post(URL, given()).status_code == 403


def test_the_query_count_is_constant(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    model = two_measures()
    for _ in range(30):
        a_score(an_account(), model, as_of=TODAY, score=50, parts={})
    signed_in(client).get(URL)
    with django_assert_num_queries(9):
        client.get(URL)
