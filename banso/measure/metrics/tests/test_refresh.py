from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation

from banso.know.accounts.models import Account
from banso.know.accounts.tests.builders import an_account
from banso.know.subscriptions.models import Subscription
from banso.listen.events.models import EventName
from banso.listen.events.writes import name_event
from banso.measure.metrics.models import (
    AccountMeasures,
    MetricDefinition,
    Summary,
    WeeklyCourse,
)
from banso.measure.metrics.suggestions import DEFAULTS, MOST, Found, proposals, slug
from banso.measure.metrics.tests.builders import TODAY, measured, two_customers, used
from banso.measure.metrics.writes.courses import compute_courses
from banso.measure.metrics.writes.definitions import change_metric, define_metric, retire_metric
from banso.measure.metrics.writes.measuring import look_at_people_again, refresh
from banso.shared import clock
from banso.shared.journal.jobs import run_owed
from banso.shared.journal.models import Entry
from banso.shared.journal.writes import record
from banso.shared.lake import writes as lake
from banso.shared.lake.tests.builders import a_table
from banso.shared.users.tests.builders import a_user

pytestmark = pytest.mark.django_db


def test_every_customer_gets_its_values() -> None:
    busy, quiet = two_customers()
    values = AccountMeasures.objects.get(account=busy).values
    assert {d.key for d in DEFAULTS} <= set(values)
    assert values["active_users_28d"] == {"v": 1.0}
    assert values["usage_28d"]["v"] == 27  # the window begins on 3 June
    assert values["sum_export_amount_28d"]["v"] == 2.5 * 27
    assert values["days_to_first_event"] == {"v": 2.0}
    assert values["early_usage_30d"]["v"] == 10
    assert values["days_to_first_value"] == {"v": None}
    silent = AccountMeasures.objects.get(account=quiet)
    assert silent.values["usage_28d"]["v"] == 0
    assert silent.values["usage_trend_28d"]["v"] is None
    assert silent.last_event_on == date(2025, 2, 23)
    assert len(silent.series["usage_28d"]) == 12
    assert AccountMeasures.objects.get(account=busy).line("usage_28d")[-1] == 27
    assert Entry.objects.filter(kind="metrics.refreshed").exists()


def test_customers_without_events_are_measured_too() -> None:
    alone = an_account(signed_up_on=date(2025, 3, 1))
    two_customers()
    values = AccountMeasures.objects.get(account=alone).values
    assert values["usage_28d"]["v"] == 0
    assert values["days_to_first_event"] == {"v": 122.0, "c": True}


def test_who_left_has_no_value_afterwards() -> None:
    left = an_account(external_id="left", signed_up_on=None)
    Subscription.objects.create(
        account=left,
        external_id="c",
        start=date(2025, 2, 3),
        end=date(2025, 5, 31),
        outcome="churned",
    )
    measured(*used(left, "02-05", "05-30", "06-01"))
    kept = AccountMeasures.objects.get(account=left)
    assert kept.values["usage_28d"]["v"] is None
    assert kept.line("usage_28d")[-7:] == [0, *[None] * 6]


def test_without_events_the_chain_goes_on() -> None:
    an_account()
    record("import.finished", by=None)
    run_owed()
    assert Entry.objects.filter(kind="metrics.refreshed").count() == 1
    assert not MetricDefinition.objects.exists()
    assert AccountMeasures.objects.get().values == {}


def test_events_that_arrive_are_measured_in_the_background() -> None:
    account = an_account(external_id="A-1")
    with clock.held_at(TODAY):
        lake.append(events=a_table(*used(account, "06-20")), source="test")
        run_owed()
    kept = AccountMeasures.objects.get(account=account)
    assert kept.values["usage_28d"]["v"] is None  # watched for less than half of the window
    assert kept.last_event_on == date(2025, 6, 20)
    assert WeeklyCourse.objects.exists()


def test_a_name_nobody_had_seen_is_proposed_in_the_background() -> None:
    account = an_account(external_id="A-1", signed_up_on=date(2025, 2, 3))
    with clock.held_at(TODAY):
        lake.append(events=a_table(*used(account, "02-20", "06-20")), source="test")
        run_owed()
        assert not MetricDefinition.objects.filter(key="count_export_28d").exists()
        lake.append(events=a_table(*used(account, "06-21", name="export")), source="test")
        run_owed()
    kept = AccountMeasures.objects.get(account=account)
    assert kept.values["count_export_28d"] == {"v": 1}


def test_nothing_new_is_not_computed_again() -> None:
    two_customers()
    with clock.held_at(TODAY):
        assert refresh() is False
        Account.objects.filter(external_id="busy").update(signed_up_on=date(2025, 2, 4))
        look_at_people_again()
        assert refresh() is True
        assert refresh() is False
    with clock.held_at(TODAY + timedelta(days=1)):
        assert refresh() is True


def test_a_late_event_changes_what_depends_on_it() -> None:
    busy, quiet = two_customers()
    measured(*used(quiet, "06-28"))
    assert AccountMeasures.objects.get(account=quiet).values["usage_28d"]["v"] == 1
    assert AccountMeasures.objects.get(account=quiet).last_event_on == date(2025, 6, 28)
    assert AccountMeasures.objects.get(account=busy).values["usage_28d"]["v"] == 27


def test_suggestions_name_what_arrived_in_both_languages() -> None:
    two_customers()
    export = MetricDefinition.objects.get(key="count_export_28d")
    assert export.params == {"event": "export", "days": 28}
    assert export.name_en == "Export (28 days)"
    keys = set(MetricDefinition.objects.values_list("key", flat=True))
    assert {"ratio_member_admin_28d", "active_admin_28d"} <= keys
    assert MetricDefinition.objects.filter(is_default=True).count() == len(DEFAULTS)
    assert all(d.versions.count() == 1 for d in MetricDefinition.objects.all())
    with translation.override("ja"):
        assert MetricDefinition.objects.get(key="usage_28d").name == "利用量（28日間）"


def test_suggestions_do_not_flood() -> None:
    names = [Found(f"event {n}", numbers=[f"p{m}" for m in range(5)]) for n in range(200)]
    made = proposals(names, [f"role {n}" for n in range(30)])
    assert len(made) <= MOST
    assert len({p.key for p in made}) == len(made)


def test_one_core_action_has_its_days_in_days_to_first_value() -> None:
    alone = {p.key for p in proposals([Found("export", is_core=True)], [])}
    assert "early_export_30d" in alone
    assert "days_to_export" not in alone, "days_to_first_value measures the same"
    both = proposals([Found("export", is_core=True), Found("share", is_core=True)], [])
    assert {"days_to_export", "days_to_share"} <= {p.key for p in both}


def test_keys_are_made_of_any_script() -> None:
    assert slug("login") == "login"
    assert slug("Report Shared").startswith("report_shared_")
    assert slug("ログイン").startswith("e_")
    assert slug("ログイン") != slug("ログアウト")


def test_a_marked_core_action_gets_metrics_and_days_to_first_value() -> None:
    busy, quiet = two_customers()
    export = EventName.objects.get(name="export")
    with clock.held_at(TODAY):
        name_event(by=a_user(), event=export, label_en="", label_ja="", is_core=True)
        refresh()
    assert MetricDefinition.objects.filter(key="early_export_30d").exists()
    assert AccountMeasures.objects.get(account=busy).values["days_to_first_value"]["v"] == 119
    waiting = AccountMeasures.objects.get(account=quiet).values["days_to_first_value"]
    assert waiting == {"v": 148.0, "c": True}


def test_a_new_metric_is_computed_back_to_the_first_event() -> None:
    two_customers()
    with clock.held_at(TODAY):
        made = define_metric(
            by=a_user(),
            shape="recent_count",
            params={"event": "export", "days": 7},
            name_en="Exports",
            name_ja="出力",
        )
        refresh()
        compute_courses()
    points = list(WeeklyCourse.objects.filter(definition=made))
    assert points[0].day == date(2025, 2, 10)
    assert points[-1].day == TODAY
    assert (points[-1].n, points[-1].median) == (2, 3.5)
    assert Summary.objects.get(definition=made).highest[0][1] == 6


def test_other_parameters_are_a_new_version() -> None:
    two_customers()
    analyst = a_user(role="analyst")
    metric = MetricDefinition.objects.get(key="count_export_28d")
    words = {"name_en": "x", "name_ja": "x", "unit": "times", "better": ""}
    with clock.held_at(TODAY):
        change_metric(by=analyst, definition=metric, params=metric.params, **words)
        assert metric.version == 1
        change_metric(by=analyst, definition=metric, params={"event": "export", "days": 7}, **words)
        refresh()
        compute_courses()
    assert metric.version == 2 == metric.versions.count()
    assert set(
        WeeklyCourse.objects.filter(definition=metric).values_list("version", flat=True)
    ) == {2}


def test_a_retired_metric_is_not_suggested_again() -> None:
    two_customers()
    metric = MetricDefinition.objects.get(key="count_export_28d")
    with clock.held_at(TODAY):
        retire_metric(by=a_user(), definition=metric)
        refresh()
    assert not MetricDefinition.objects.filter(key="count_export_28d").exists()
    assert "count_export_28d" not in AccountMeasures.objects.first().values  # type: ignore[union-attr]


def test_late_events_redo_the_course_from_their_week() -> None:
    _, quiet = two_customers()
    metric = MetricDefinition.objects.get(key="count_login_28d")
    before = WeeklyCourse.objects.get(definition=metric, day=date(2025, 5, 5))
    assert before.q3 == 0
    measured(*used(quiet, "04-20", "04-21"))
    assert WeeklyCourse.objects.get(pk=before.pk).q3 == 1.5
