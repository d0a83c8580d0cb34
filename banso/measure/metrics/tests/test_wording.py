from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from banso.listen.events.models import Feature, HiddenProperty
from banso.listen.events.tests.builders import an_event_name
from banso.measure.metrics.forms import ParametersForm
from banso.measure.metrics.models import MetricDefinition
from banso.measure.metrics.shapes import grouped, shapes
from banso.measure.metrics.tests.test_golden import DEFINED
from banso.measure.metrics.wording import Words, changes, sentence, shown, title
from banso.shared import clock

pytestmark = pytest.mark.django_db
PRO = {"prop": "plan", "op": "is", "value": "pro"}
LARGE = {"prop": "size", "op": "at_least", "value": 1000}
REST: list[dict[str, Any]] = [
    {"prop": "plan", "op": "is_not", "value": "50% off"},
    {"prop": "plan", "op": "exists"},
    {"prop": "size", "op": "at_most", "value": 2.5},
]


def told(shape: str, language: str, **params: Any) -> tuple[str, str]:
    """Title and sentence of a definition."""
    definition = MetricDefinition(key="x", shape=shape, params=params)
    with translation.override(language):
        return title(shape, params), sentence(definition)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_definition_has_a_title_and_a_sentence(language: str) -> None:
    for shape, params in DEFINED:
        for text in told(shape, language, **params):
            assert text.strip()
            assert "%(" not in text and "%%" not in text
            assert "None" not in text


def test_every_shape_stands_in_one_group() -> None:
    placed = [shape.key for _label, members in grouped() for shape in members]
    assert sorted(placed) == sorted(shapes())


def test_a_filter_is_part_of_the_event() -> None:
    params = {"event": "login", "days": 28, "where": [PRO, LARGE]}
    name, text = told("recent_users", "en", **params)
    assert name == "Users of login where plan is pro and size is at least 1,000 (28 days)"
    assert text == (
        "Different users with “login” where “plan” is “pro” and “size” is at least 1,000 in the "
        "last 28 days."
    )
    assert told("recent_users", "ja", **params)[1] == (
        "直近28日間に「login」（「plan」が「pro」である、かつ「size」が1,000以上であるもの）を"
        "行ったユーザーの数です。"
    )


def test_where_no_event_is_named_the_filter_is_a_sentence_of_its_own() -> None:
    params = {"role": "", "days": 7, "where": REST}
    assert told("active_users", "en", **params)[1] == (
        "Different users who were active in the last 7 days. Only events where “plan” is not "
        "“50% off” and “plan” has a value and “size” is at most 2.5 count."
    )
    assert told("active_users", "ja", **params)[1] == (
        "直近7日間に利用したユーザーの数です。「plan」が「50% off」以外である、かつ「plan」に値が"
        "ある、かつ「size」が2.5以下であるイベントだけを数えます。"
    )


def test_what_is_hidden_later_is_told_nowhere() -> None:
    where = [{"prop": "mail", "op": "is", "value": "a@example.com"}, PRO]
    HiddenProperty.objects.create(prop="mail", hidden_at=clock.now())
    assert told("recent_count", "en", event="login", days=28, where=where)[1] == (
        "How often “login” where a hidden property meets a condition and “plan” is “pro” happened "
        "in the last 28 days."
    )
    form = ParametersForm(shape=shapes()["recent_count"], initial={"where": where})
    assert [row["value"].value() for row in form.conditions] == [None, "pro"]


def test_labels_of_events_and_features_are_used() -> None:
    feature = Feature.objects.create(key="reports", name_en="Reports", name_ja="レポート")
    an_event_name("export", label_en="Export", label_ja="出力", feature=feature)
    params = {"after": "@feature:reports", "event": "export"}
    name, text = told("days_to_first_after", "ja", **params)
    assert name == "最初の「レポート」から「出力」までの日数"
    assert text.startswith("最初の「レポート」から、その日以降で最初の「出力」までの日数です。")
    assert "“Reports”" in told("feature_entropy", "en", days=28, way="evenness")[1]


def test_what_changed_between_versions_is_told() -> None:
    words, before = Words(), {"event": "login", "period": "week"}
    after = {"event": "", "period": "workday", "where": [PRO]}
    with translation.override("en"):
        assert changes("streak", before, before, words) == []
        assert changes("streak", before, after, words) == [
            "Event: “login” → any event",
            "Counted in: Weeks → Working days (Monday to Friday)",
            "Filter: none → “plan” is “pro”",
        ]
    with translation.override("ja"):
        assert changes("streak", before, after, words)[1:] == [
            "数え方：週 → 平日（月曜日から金曜日）",
            "絞り込み：なし → 「plan」が「pro」である",
        ]
        assert shown(3, "weeks") == "3週"
