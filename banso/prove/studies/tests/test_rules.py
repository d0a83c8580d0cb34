from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from banso.prove.studies.rules import (
    comparable_levels,
    fingerprint,
    kind_of_numbers,
    known_at_landmark,
    leak_in_field,
    leak_in_metric,
    with_the_not_yet,
)


@pytest.mark.parametrize(
    ("name", "leak"),
    [
        ("Churn reason", "outcome"),
        ("解約理由", "outcome"),
        ("cancelled_by", "outcome"),
        ("notice_date", "outcome"),
        ("TotalCharges", "lifetime"),
        ("累計請求額", "lifetime"),
        ("tenure", "tenure"),
        ("契約月数", "tenure"),
        ("industry", ""),
        ("notices read", ""),
        ("従業員数", ""),
        ("total employees", ""),
    ],
)
def test_a_name_that_looks_past_the_landmark_is_seen(name: str, leak: str) -> None:
    assert leak_in_field(names=[name], known_when="changes") == leak


def test_what_the_organisation_says_about_a_field_comes_before_its_name() -> None:
    assert leak_in_field(names=["churned before"], known_when="start") == ""
    assert leak_in_field(names=["mood"], known_when="outcome") == "outcome"


def test_a_metric_of_events_about_leaving_leaks() -> None:
    assert leak_in_metric(["count_28d", {"events": ["cancel_subscription"]}]) == "outcome"
    assert leak_in_metric(["count_28d", {"event": "解約ページ表示"}]) == "outcome"
    assert leak_in_metric(["count_28d", {"event": "login", "days": 28}]) == ""


def test_who_has_not_done_it_counts_as_ninety_days_once_they_have_passed() -> None:
    values = np.array([5.0, 200.0, 12.0, 40.0])
    censored = np.array([False, False, True, True])
    waited = np.array([300.0, 300.0, 400.0, 40.0])
    made = with_the_not_yet(values, censored, waited)
    assert made[:3].tolist() == [5.0, 90.0, 90.0]
    assert np.isnan(made[3]), "forty days are too few to say that it was not done in ninety"


def test_only_what_was_written_down_by_the_landmark_is_known() -> None:
    values, late = known_at_landmark(
        pa.array([1.0, 2.0, None]), recorded_on=np.array([10, 30, 30]), landmark=np.array([20] * 3)
    )
    assert (values.to_pylist(), late) == ([1.0, None, None], 1)


def test_text_is_compared_only_when_it_makes_groups() -> None:
    assert comparable_levels(["gold", "silver"] * 10)
    assert not comparable_levels([f"note {i}" for i in range(20)])
    assert not comparable_levels(["same"] * 20)


def test_numbers_that_are_yes_and_no_are_flags() -> None:
    assert kind_of_numbers([0, 1, None, 1.0]) == "flag"
    assert kind_of_numbers([0, 1, 2]) == "number"


def test_the_same_content_has_the_same_hash() -> None:
    table = pa.table({"a": [1, 2, 3]})
    sliced = pa.table({"a": [0, 1, 2, 3]}).slice(1)
    assert fingerprint([table, "x"]) == fingerprint([sliced, "x"])
    assert fingerprint([table]) != fingerprint([pa.table({"a": [1, 2, 4]})])
